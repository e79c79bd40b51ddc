// SPDX-License-Identifier: MIT
#include "fashion/labeller.hpp"

#include <denim/denim.hpp>
#include <denim/exchange/save.hpp>

#include "fashion/confidence.hpp"
#include "fashion/familiarity.hpp"
#include "fashion/kind_probabilities.hpp"
#include "fashion/networks.hpp"
#include "tuning/tuned_file.hpp"

#include <optional>
#include <stdexcept>

namespace fashion {
namespace {

/// The model of a task, as its program wrote it.
template <class Task>
class Model {
public:
    static constexpr auto heads = Task::Network::heads;

    /// Throws denim::FileError if the file is missing or of another network or task.
    explicit Model(const std::filesystem::path& models) : Model{Loaded{models / (std::string{Task::name} + ".safetensors")}} {}

    /// What it says of one photograph: probabilities that can be believed, those of a head behind those of the one before.
    struct Answer {
        std::vector<float> probabilities;

        /// The likeliest class of the first head.
        [[nodiscard]] std::size_t best() const {
            return static_cast<std::size_t>(std::max_element(probabilities.begin(), probabilities.begin() + heads[0]) -
                                            probabilities.begin());
        }
    };
    [[nodiscard]] Answer ask(const std::uint8_t* pixels) const {
        denim::Pictures photograph{Frame::shape, 1};
        photograph.bytes = pixels;
        std::array<float, Task::Network::output.size()> logits;
        predictor_.predict(photograph, logits.data());
        if (!denim::all_finite(logits)) throw std::runtime_error("the network's answer to the photograph is not a number");
        Answer answer;
        std::size_t first = 0;
        for (std::size_t head = 0; head < heads.size(); first += heads[head], ++head)
            for (const float probability :
                 denim::softmax(std::span{logits}.subspan(first, heads[head]), heads[head], confidences_[head].temperature))
                answer.probabilities.push_back(probability);
        return answer;
    }
    /// How familiar a photograph of that category is to it.
    [[nodiscard]] double familiarity(const std::uint8_t* pixels, std::string_view category) const
        requires tells_category<Task>
    {
        return familiarity_.score(pixels, category);
    }
    /// Where it looked to answer the question of a head.
    [[nodiscard]] denim::Occlusion explain(const std::uint8_t* pixels, std::size_t head = 0) const {
        constexpr denim::Shape frame = Frame::shape;
        const auto photograph =
            xt::adapt(pixels, frame.size(), xt::no_ownership(), std::array{frame.height, frame.width, frame.channels});
        return denim::occlude(predictor_, photograph, {.head = head});
    }

private:
    struct Loaded {
        typename Task::Network network;
        std::vector<Confidence> confidences;
        Familiarity familiarity;

        explicit Loaded(const std::filesystem::path& path) {
            const denim::WeightsMetadata metadata = denim::load_into(network, path);
            for (const denim::Gives head : network.gives())
                if (head != denim::Gives::classes)
                    throw denim::FileError(path.string(), "it was trained by another loss than of classes of which one is right");
            const auto questions = questions_of<Task>();
            try {
                for (std::size_t head = 0; head < questions.size(); ++head)
                    confidences.push_back(Confidence::from(metadata.others, key_of(questions, head)));
                if constexpr (tells_category<Task>) familiarity = Familiarity::from(metadata.others);
            } catch (const std::invalid_argument& error) {
                throw denim::FileError(path.string(), error.what());
            }
            if (metadata.labels != class_names(questions))
                throw denim::FileError(path.string(), "its labels are not those of the task " + std::string{Task::name});
        }
    };
    explicit Model(const Loaded& loaded)
        : predictor_(loaded.network), confidences_(loaded.confidences), familiarity_(loaded.familiarity) {}

    denim::Predictor<typename Task::Network> predictor_;
    std::vector<Confidence> confidences_;
    Familiarity familiarity_;
};

/// The labels of a photograph of a category, from the probabilities of its kinds in the catalogue's order if it is of that category: the likeliest
/// kind; its gender and its type are right where the category is, as likely as all kinds that have them.
Labels labels_of(const Word& category, const std::vector<float>& probabilities) {
    const auto first = std::ranges::find(kinds, category.text, &Kind::category);
    const std::size_t best = static_cast<std::size_t>(std::ranges::max_element(probabilities) - probabilities.begin());
    const Kind& chosen = *(first + static_cast<std::ptrdiff_t>(best));
    Labels labels{category, {chosen.gender, 0}, {chosen.type, 0}};
    for (std::size_t n = 0; n < probabilities.size(); ++n) {
        const Kind& kind = *(first + static_cast<std::ptrdiff_t>(n));
        if (kind.gender == chosen.gender) labels.gender.probability += static_cast<double>(probabilities[n]);
        if (kind.type == chosen.type) labels.type.probability += static_cast<double>(probabilities[n]);
    }
    labels.gender.probability *= category.probability;
    labels.type.probability *= category.probability;
    labels.all_right = category.probability * static_cast<double>(probabilities[best]);
    return labels;
}

/// The categories by their label.
std::string_view category_named(std::size_t label) {
    static const auto names = class_names(head_tasks[0]);
    return names[label];
}

/// One network for a category, or one for the gender and one for the types of each gender.
template <class All, class Gender, class Male, class Female>
class Branch {
public:
    Branch(const std::filesystem::path& models, Approach approach) {
        if (approach == Approach::all)
            all_.emplace(models);
        else
            gender_.emplace(models), male_.emplace(models), female_.emplace(models);
    }
    /// The probabilities of its kinds; the catalogue has men's first.
    [[nodiscard]] std::vector<float> ask(const std::uint8_t* pixels) const {
        if (all_) return all_->ask(pixels).probabilities;
        const auto genders = gender_->ask(pixels).probabilities;
        std::vector<float> kinds = male_->ask(pixels).probabilities;
        for (float& probability : kinds) probability *= genders[0];
        for (const float probability : female_->ask(pixels).probabilities) kinds.push_back(probability * genders[1]);
        return kinds;
    }
    [[nodiscard]] denim::Occlusion explain(const std::uint8_t* pixels, const Labels& labels) const {
        return all_ ? all_->explain(pixels) : labels.gender.text == "male" ? male_->explain(pixels) : female_->explain(pixels);
    }

private:
    std::optional<Model<All>> all_;
    std::optional<Model<Gender>> gender_;
    std::optional<Model<Male>> male_;
    std::optional<Model<Female>> female_;
};

/// Where was looked for the category, and where for the rest.
Explanations drawn(const denim::Picture& photograph, const Labels& labels, const denim::Occlusion& first, const denim::Occlusion& second) {
    return {{{"What is it? " + std::string{labels.category.text}, denim::draw_occlusion(photograph, first)},
             {"Which kind? " + (labels.gender.there() ? std::string{labels.gender.text} + ", " : "") + std::string{labels.type.text},
              denim::draw_occlusion(photograph, second)}}};
}

/// First the category, then that category's own networks.
class OneAfterAnother : public Answers {
public:
    OneAfterAnother(const std::filesystem::path& models, Approach approach)
        : primary_(models), glasses_(models), trousers_(models, approach), shoes_(models, approach) {}

    [[nodiscard]] Labels label(const std::uint8_t* pixels) const override {
        const auto primary = primary_.ask(pixels);
        const Word category{category_named(primary.best()), static_cast<double>(primary.probabilities[primary.best()])};
        Labels labels = labels_of(category, category.text == "glasses"    ? glasses_.ask(pixels).probabilities
                                            : category.text == "trousers" ? trousers_.ask(pixels)
                                                                          : shoes_.ask(pixels));
        labels.familiarity = primary_.familiarity(pixels, category.text);
        return labels;
    }
    [[nodiscard]] Explanations explain(const denim::Picture& photograph, const Labels& labels) const override {
        const std::uint8_t* const pixels = photograph.pixels.data();
        return drawn(photograph, labels, primary_.explain(pixels),
                     labels.category.text == "glasses"    ? glasses_.explain(pixels)
                     : labels.category.text == "trousers" ? trousers_.explain(pixels, labels)
                                                          : shoes_.explain(pixels, labels));
    }

private:
    Model<Primary> primary_;
    Model<Glasses> glasses_;
    Branch<TrousersAll, TrousersGender, TrousersMale, TrousersFemale> trousers_;
    Branch<ShoesAll, ShoesGender, ShoesMale, ShoesFemale> shoes_;
};

/// All at once.
class Together : public Answers {
public:
    explicit Together(const std::filesystem::path& models) : network_(models) {}

    [[nodiscard]] Labels label(const std::uint8_t* pixels) const override {
        const auto answer = network_.ask(pixels);
        const Word category{category_named(answer.best()), static_cast<double>(answer.probabilities[answer.best()])};
        const std::vector<double> all = kind_probabilities(answer.probabilities);
        std::vector<float> own;
        for (std::size_t k = 0; k < kinds.size(); ++k)
            if (kinds[k].category == category.text) own.push_back(static_cast<float>(all[k] / category.probability));
        Labels labels = labels_of(category, own);
        labels.familiarity = network_.familiarity(pixels, category.text);
        return labels;
    }
    [[nodiscard]] Explanations explain(const denim::Picture& photograph, const Labels& labels) const override {
        const std::uint8_t* const pixels = photograph.pixels.data();
        const auto type = std::ranges::find_if(head_tasks, [&](const Task& question) {
            return question.answer == &Kind::type && question.category == labels.category.text;
        });
        return drawn(photograph, labels, network_.explain(pixels), network_.explain(pixels, static_cast<std::size_t>(type - head_tasks.begin())));
    }

private:
    Model<EveryLabel> network_;
};

/// A network of fine_tune's. Where its kinds are the catalogue's, the labels are too; else the first folder's name and the rest.
class Tuned : public Answers {
public:
    explicit Tuned(const std::filesystem::path& models) : file_(models / "pretrained.safetensors") {
        for (const std::string& kind : file_.texts().kinds) {
            const std::size_t end = kind.find('/');
            const auto place = end == kind.npos ? std::nullopt : find_kind(kind.substr(0, end), kind.substr(end + 1));
            if (!place) {
                places_.clear();
                return;
            }
            places_.push_back(*place);
        }
    }
    [[nodiscard]] denim::Size frame() const override { return {file_.frame().height, file_.frame().width}; }
    [[nodiscard]] double sure() const override { return file_.texts().sure; }
    [[nodiscard]] Labels label(const std::uint8_t* pixels) const override {
        const tuning::Verdict verdict = file_.ask(pixels);
        Labels labels = places_.empty() ? labels_of_folders(verdict) : labels_of_catalogue(verdict);
        labels.familiarity = verdict.familiarity;
        return labels;
    }
    [[nodiscard]] Explanations explain(const denim::Picture& photograph, const Labels& labels) const override {
        const std::uint8_t* const pixels = photograph.pixels.data();
        const auto cut = file_.model().cuts({file_.frame(), 1, pixels, nullptr});
        const std::string answer = std::string{labels.category.text} + (labels.type.there() ? ", " + std::string{labels.type.text} : "");
        return {{{"What speaks for " + answer + "?", denim::draw_grad_cam(photograph, file_.model().grad_cam(cut))},
                 {"What is missed if hidden?", denim::draw_occlusion(photograph, file_.model().occlude(pixels))}}};
    }

private:
    [[nodiscard]] Labels labels_of_catalogue(const tuning::Verdict& verdict) const {
        std::array<double, kinds.size()> all{};
        for (std::size_t n = 0; n < places_.size(); ++n) all[places_[n]] = verdict.probabilities[n];
        Word category{"", 0};
        for (std::size_t name = 0; name < class_names(head_tasks[0]).size(); ++name) {
            Word other{category_named(name), 0};
            for (std::size_t k = 0; k < kinds.size(); ++k) other.probability += kinds[k].category == other.text ? all[k] : 0;
            if (other.probability > category.probability) category = other;
        }
        std::vector<float> own;
        for (std::size_t k = 0; k < kinds.size(); ++k)
            if (kinds[k].category == category.text) own.push_back(static_cast<float>(all[k] / category.probability));
        return labels_of(category, own);
    }
    [[nodiscard]] Labels labels_of_folders(const tuning::Verdict& verdict) const {
        const auto first_of = [](std::string_view kind) { return kind.substr(0, kind.find('/')); };
        const std::string_view best = file_.texts().kinds[verdict.best], first = first_of(best);
        Labels labels{{first, 0}, {}, {}, verdict.probabilities[verdict.best]};
        for (std::size_t n = 0; n < verdict.probabilities.size(); ++n)
            if (first_of(file_.texts().kinds[n]) == first) labels.category.probability += verdict.probabilities[n];
        if (first.size() < best.size()) labels.type = {best.substr(first.size() + 1), verdict.probabilities[verdict.best]};
        return labels;
    }

    tuning::TunedFile file_;
    std::vector<std::size_t> places_;  // of its kinds among the catalogue's; none where one is not there
};

}  // namespace

Labeller::Labeller(const std::filesystem::path& models, Approach approach) {
    if (approach == Approach::pretrained)
        answers_ = std::make_unique<Tuned>(models);
    else if (approach == Approach::heads)
        answers_ = std::make_unique<Together>(models);
    else
        answers_ = std::make_unique<OneAfterAnother>(models, approach);
}

}  // namespace fashion
