// SPDX-License-Identifier: MIT
#pragma once

// All labels of a photograph: first its category, then that category's own networks.

#include <denim/denim.hpp>
#include <denim/training/save.hpp>

#include "fashion/confidence.hpp"
#include "fashion/labels.hpp"
#include "fashion/networks.hpp"

#include <filesystem>
#include <optional>

namespace fashion {

/// How the labels below the category are found: by one network of each category, or by one for the gender and one for the
/// types of each gender.
enum class Approach { all, separate };

/// The model of a task, as its program wrote it.
template <class Task>
class Model {
public:
    static constexpr std::size_t classes = Task::Network::output.size();

    /// Throws denim::FileError if the file is missing or of another network or task.
    explicit Model(const std::filesystem::path& models) : Model{Loaded{models / (std::string{Task::name} + ".safetensors")}} {}

    /// What it says of one photograph: probabilities that can be believed, and how familiar it finds it.
    struct Answer {
        std::vector<float> probabilities;
        double familiarity = 0;

        [[nodiscard]] std::size_t best() const {
            return static_cast<std::size_t>(std::ranges::max_element(probabilities) - probabilities.begin());
        }
    };
    [[nodiscard]] Answer ask(const denim::Pictures& photograph) const {
        std::vector<float> logits(classes);
        predictor_.predict(photograph, logits.data());
        return {denim::softmax(logits, classes, confidence_.temperature), confidence_.familiarity(logits)};
    }
    [[nodiscard]] const denim::Predictor<typename Task::Network>& predictor() const { return predictor_; }

private:
    struct Loaded {
        typename Task::Network network;
        Confidence confidence;

        explicit Loaded(const std::filesystem::path& path) {
            const denim::WeightsMetadata metadata = denim::load_into(network, path);
            try {
                confidence = Confidence::from(metadata.others);
            } catch (const std::invalid_argument& error) {
                throw denim::FileError(path.string(), error.what());
            }
            const auto names = class_names(task_named(Task::name));
            if (metadata.labels != names)
                throw denim::FileError(path.string(), "its labels are not those of the task " + std::string{Task::name});
        }
    };
    explicit Model(const Loaded& loaded) : predictor_(loaded.network), confidence_(loaded.confidence) {}

    denim::Predictor<typename Task::Network> predictor_;
    Confidence confidence_;
};

/// Labels photographs; any number of threads may ask.
class Labeller {
public:
    /// Opens the models that the approach needs.
    Labeller(const std::filesystem::path& models, Approach approach) : primary_(models), glasses_(models) {
        for (const Kind& kind : kinds)
            if (std::ranges::find(categories_, kind.category) == categories_.end()) categories_.push_back(kind.category);
        if (approach == Approach::all) {
            trousers_all_.emplace(models);
            shoes_all_.emplace(models);
        } else {
            trousers_gender_.emplace(models), trousers_male_.emplace(models), trousers_female_.emplace(models);
            shoes_gender_.emplace(models), shoes_male_.emplace(models), shoes_female_.emplace(models);
        }
    }

    /// Of a photograph in the frame: 120 x 90 x 3 bytes.
    [[nodiscard]] Labels label(const std::uint8_t* pixels) const {
        denim::Pictures photograph{Frame::shape, 1};
        photograph.bytes = pixels;
        const auto primary = primary_.ask(photograph);
        const std::string_view category = categories_[primary.best()];
        Labels labels;
        labels.category = {category, static_cast<double>(primary.probabilities[primary.best()])};
        labels.familiarity = primary.familiarity;
        // Probabilities of the kinds of this category, in the catalogue's order.
        if (category == "glasses")
            choose(labels, category, glasses_.ask(photograph).probabilities);
        else if (category == "trousers")
            choose(labels, category,
                   trousers_all_ ? trousers_all_->ask(photograph).probabilities
                                 : joined(*trousers_gender_, *trousers_male_, *trousers_female_, photograph));
        else
            choose(labels, category,
                   shoes_all_ ? shoes_all_->ask(photograph).probabilities
                              : joined(*shoes_gender_, *shoes_male_, *shoes_female_, photograph));
        return labels;
    }

    /// Calls see(predictor, name) with the network that chose the category, and with the one that chose the type.
    template <class See>
    void explain(const Labels& labels, See see) const {
        see(primary_.predictor(), Primary::name);
        const auto see_model = [&]<class Task>(const Model<Task>& model) { see(model.predictor(), Task::name); };
        if (labels.category.text == "glasses")
            see_model(glasses_);
        else if (labels.category.text == "trousers")
            trousers_all_                  ? see_model(*trousers_all_)
            : labels.gender.text == "male" ? see_model(*trousers_male_)
                                           : see_model(*trousers_female_);
        else
            shoes_all_                     ? see_model(*shoes_all_)
            : labels.gender.text == "male" ? see_model(*shoes_male_)
                                           : see_model(*shoes_female_);
    }

private:
    /// Gender times type of that gender: the kinds of the catalogue stand men's first.
    template <class Gender, class Male, class Female>
    static std::vector<float> joined(const Gender& gender, const Male& male, const Female& female,
                                     const denim::Pictures& photograph) {
        const auto genders = gender.ask(photograph).probabilities;
        std::vector<float> all = male.ask(photograph).probabilities;
        for (float& probability : all) probability *= genders[0];
        for (const float probability : female.ask(photograph).probabilities) all.push_back(probability * genders[1]);
        return all;
    }

    /// The likeliest kind of a category; its gender and its type are as likely as all kinds that have them.
    static void choose(Labels& labels, std::string_view category, const std::vector<float>& probabilities) {
        const auto first = std::ranges::find(kinds, category, &Kind::category);
        const std::size_t best = static_cast<std::size_t>(std::ranges::max_element(probabilities) - probabilities.begin());
        const Kind& chosen = *(first + static_cast<std::ptrdiff_t>(best));
        labels.gender = {chosen.gender, 0};
        labels.type = {chosen.type, 0};
        for (std::size_t n = 0; n < probabilities.size(); ++n) {
            const Kind& kind = *(first + static_cast<std::ptrdiff_t>(n));
            if (kind.gender == chosen.gender) labels.gender.probability += static_cast<double>(probabilities[n]);
            if (kind.type == chosen.type) labels.type.probability += static_cast<double>(probabilities[n]);
        }
        labels.confidence = labels.category.probability * static_cast<double>(probabilities[best]);
    }

    std::vector<std::string_view> categories_;  // by the primary network's label
    Model<Primary> primary_;
    Model<Glasses> glasses_;
    std::optional<Model<TrousersAll>> trousers_all_;
    std::optional<Model<TrousersGender>> trousers_gender_;
    std::optional<Model<TrousersMale>> trousers_male_;
    std::optional<Model<TrousersFemale>> trousers_female_;
    std::optional<Model<ShoesAll>> shoes_all_;
    std::optional<Model<ShoesGender>> shoes_gender_;
    std::optional<Model<ShoesMale>> shoes_male_;
    std::optional<Model<ShoesFemale>> shoes_female_;
};

}  // namespace fashion
