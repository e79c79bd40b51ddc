// SPDX-License-Identifier: MIT
#include "fashion/pretrained_runs.hpp"

#include "fashion/photographs.hpp"
#include "shown_name.hpp"
#include "tuning/begin.hpp"
#include "tuning/trunks.hpp"

#include <denim/machine/atomic_file.hpp>
#include <denim/machine/content_sum.hpp>
#include <denim/machine/finite.hpp>
#include <denim/machine/random.hpp>
#include <denim/machine/read_file.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace fashion {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t most_epochs = 8, patience = 2;  // of the last blocks

/// The last layer's L2s; the one by which most validation photographs are right is taken.
tuning::Choices choices() { return {.body_factors = {}, .body_epochs = 0}; }

std::string text_of(const fs::path& file) {
    const std::vector<std::uint8_t> bytes = denim::read_file(file);
    return {bytes.begin(), bytes.end()};
}

/// What a run in the logs has to be of: these photographs, cut like this, and that many epochs.
Json record_of(const Options& options, const Contest& contest) {
    const std::string split = text_of(options.data / "split.tsv");
    const auto sum = denim::content_sum(std::span<const std::uint8_t>{contest.test.images.data(), contest.test.images.size()});
    return {{"split", denim::xxh64(std::as_bytes(std::span{split}))}, {"test", sum}, {"epochs", options.epochs_of(most_epochs)}};
}
fs::path file_of(const Options& options, std::uint64_t seed) { return options.log("pretrained") / ("seed=" + std::to_string(seed) + ".json"); }

Json to_json(const TrunkAnswers& of) {
    return {{"answers", of.answers}, {"seconds", of.seconds}, {"milliseconds", of.milliseconds}, {"validation", of.validation}};
}
TrunkAnswers answers_from(const Json& json, std::size_t photographs) {
    TrunkAnswers of{json.at("answers"), json.at("seconds"), json.at("milliseconds"), json.at("validation")};
    const auto is_kind = [](std::int32_t kind) { return kind >= 0 && std::cmp_less(kind, kinds.size()); };
    if (of.answers.size() != photographs || !std::ranges::all_of(of.answers, is_kind))
        throw std::invalid_argument("answers of other photographs");
    return of;
}

void write_run(const fs::path& file, const Json& record, const TrunkRun& run) {
    fs::create_directories(file.parent_path());
    denim::AtomicFile to{file};
    to.write(Json{{"of", record},
                  {"frozen", to_json(run.frozen)},
                  {"tuned", to_json(run.tuned)},
                  {"parameters", run.parameters},
                  {"trunk", run.trunk},
                  {"setting", run.setting},
                  {"versions", run.versions}}
                 .dump(1, ' ', false, Json::error_handler_t::replace) +
             '\n');
    to.commit();
}

/// A run in the logs, if it is there, whole, and of this; `begun` of networks that begin like this, else of any.
std::optional<TrunkRun> read_run(const fs::path& file, const Json& record, const std::optional<Json>& begun, std::size_t photographs) {
    try {
        if (!fs::exists(file)) return std::nullopt;
        const Json json = Json::parse(text_of(file));
        Json of = json.at("of");
        if (begun && of.at("begun") != *begun) return std::nullopt;
        of.erase("begun");
        if (of != record) return std::nullopt;
        return TrunkRun{answers_from(json.at("frozen"), photographs),
                        answers_from(json.at("tuned"), photographs),
                        json.at("parameters"),
                        json.at("trunk"),
                        json.at("setting"),
                        json.at("versions")};
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
}

/// The photographs of one part of the sets, in the sets' order.
struct Files {
    std::vector<fs::path> paths;
    LabelledSet set;

    Files(const Options& options, const fs::path& folder, std::string_view part) : set(read_set(options.data, task_named("primary"), part)) {
        std::istringstream lines{text_of(options.data / "split.tsv")};
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with(std::string{part} + '\t')) paths.push_back(folder / command_line::name_of_shown(line.substr(part.size() + 1)));
        if (paths.size() != set.size())
            throw denim::FileError((options.data / "split.tsv").string(),
                                   std::to_string(set.size()) + " photographs of the part " + std::string{part} +
                                       " were expected, as in its set, but " + std::to_string(paths.size()) + " came");
    }

    /// Some of them in a frame. Throws denim::FileError for one that is not what the set has.
    [[nodiscard]] tuning::PhotoFolder read(std::size_t first, std::size_t count, denim::Shape frame) const {
        tuning::PhotoFolder read{.frame = frame, .pixels = std::vector<std::uint8_t>(count * frame.size())};
        for (const Kind& kind : kinds) read.kinds.push_back(std::string{kind.category} + '/' + std::string{kind.folder});
        for (std::size_t n = first; n < first + count; ++n) {
            read.paths.push_back(paths[n]);
            read.labels.push_back(set.shown[n]);
        }
        std::vector<std::string> reasons(count);
        MemoryBudget budget{std::size_t{100} << 20};
        denim::parallel_for(count, count * 1'000'000, [&](std::size_t n) {
            denim::Picture small, picture;
            const denim::Shape own = set.shape();
            reasons[n] = read_or_reason(read.paths[n], {own.height, own.width}, budget, small);
            if (reasons[n].empty() && !std::ranges::equal(small.pixels, std::span{set.picture(first + n), own.size()}))
                reasons[n] = "it is not the photograph that convert_images read; convert the folder again";
            if (reasons[n].empty()) reasons[n] = read_or_reason(read.paths[n], {frame.height, frame.width}, budget, picture);
            if (reasons[n].empty()) std::ranges::copy(picture.pixels, read.pixels.begin() + static_cast<std::ptrdiff_t>(n * frame.size()));
        });
        for (std::size_t n = 0; n < count; ++n)
            if (!reasons[n].empty()) throw denim::FileError(read.paths[n].string(), reasons[n]);
        return read;
    }
};

/// Features of one part, some photographs at a time: the photographs themselves would take too much memory.
tuning::KeptFeatures features_of(const tuning::Model& model, const Files& files, std::size_t versions) {
    tuning::KeptFeatures all;
    constexpr std::size_t at_once = 128;
    Progress progress{"photographs to features", files.set.size()};
    for (std::size_t first = 0; first < files.set.size(); first += at_once) {
        const auto folder = files.read(first, std::min(at_once, files.set.size() - first), model.frame());
        const denim::Seed seed{first + 1};  // else every block's photographs were changed alike
        auto part = tuning::KeptFeatures::of(model, folder, {.versions = versions, .changes = tuning::usual_changes(), .seed = seed});
        for (std::size_t n = 0; n < folder.size(); ++n) progress.advance();
        if (first == 0) {
            all = std::move(part);
            continue;
        }
        all.cuts.insert(all.cuts.end(), part.cuts.begin(), part.cuts.end());
        all.features.insert(all.features.end(), part.features.begin(), part.features.end());
        all.labels.insert(all.labels.end(), part.labels.begin(), part.labels.end());
    }
    return all;
}

/// What a seed learns: each photograph as it is, and one of its other versions.
tuning::Selection rows_of(const tuning::KeptFeatures& kept, std::uint64_t seed) {
    tuning::Selection rows;
    const auto take = [&](const std::vector<float>& from, std::size_t size, std::size_t row, std::vector<float>& to) {
        const auto first = from.begin() + static_cast<std::ptrdiff_t>(row * size);
        to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(size));
    };
    const std::size_t of_each = std::min<std::size_t>(kept.versions, 2);
    rows.cuts.reserve(kept.labels.size() * of_each * kept.cut_size);
    rows.features.reserve(kept.labels.size() * of_each * kept.feature_size);
    for (std::size_t n = 0; n < kept.labels.size(); ++n) {
        denim::Random random{denim::Seed{seed}, n};
        for (std::size_t k = 0; k < of_each; ++k) {
            const std::size_t row = n * kept.versions + (k == 0 ? 0 : 1 + random.below(static_cast<std::uint32_t>(kept.versions - 1)));
            take(kept.cuts, kept.cut_size, row, rows.cuts);
            take(kept.features, kept.feature_size, row, rows.features);
            rows.labels.push_back(kept.labels[n]);
        }
    }
    rows.rows = rows.labels.size();
    return rows;
}

double share_right(std::span<const float> logits, std::span<const std::int32_t> labels) {
    const auto answers = denim::predicted_classes(logits, tuning::room);
    std::size_t right = 0;
    for (std::size_t n = 0; n < labels.size(); ++n) right += answers[n] == labels[n] ? 1 : 0;
    return static_cast<double>(right) / static_cast<double>(std::max<std::size_t>(labels.size(), 1));
}

struct Clock {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }
};

/// A trunk, and what it gives for the photographs, which is the same for all seeds.
class Trunk {
public:
    Trunk(const Options& options, const PretrainedOptions& pretrained, std::unique_ptr<tuning::Model> model, const Contest& contest)
        : model_(std::move(model)), epochs_(options.epochs_of(most_epochs)), contest_(contest) {
        const Files tests{options, pretrained.photographs, parts[2]};
        test_ = tests.read(0, tests.set.size(), model_->frame());
        const Clock clock;
        kept_ = features_of(*model_, Files{options, pretrained.photographs, parts[0]}, pretrained.versions);
        const auto validation = features_of(*model_, Files{options, pretrained.photographs, parts[1]}, 1);
        back_ = tuning::Selection{validation, tuning::everything(validation.labels.size()), false};
        seconds_ = clock.seconds();
    }

    [[nodiscard]] TrunkRun run(std::uint64_t seed) const {
        const Clock clock;
        const tuning::Sides sides{rows_of(kept_, seed), back_};
        const auto learned = model_->copy();
        const tuning::Chosen chosen = tuning::choose(*learned, kept_.words, {&sides, 1}, choices(), denim::Seed{seed});
        learned->set_last(tuning::least_squares(sides.train.rows_of(0), kept_.words, {&chosen.setting.l2, 1}).front());
        TrunkRun run;
        run.parameters = model_->numbers() - (model_->features() + 1) * (tuning::room - kinds.size());
        run.trunk = model_->trunk();
        run.versions = kept_.versions;
        run.frozen = ask(*learned, seconds_ + clock.seconds());
        const Clock body;
        const tuning::Lesson kept_back = back_.of_cuts();
        const tuning::Learned how = learned->learn_body(sides.train.of_cuts(), &kept_back,
                                                        {.epochs = epochs_, .rate = model_->rate(), .seed = denim::Seed{seed}, .patience = patience});
        run.tuned = ask(*learned, run.frozen.seconds + body.seconds());
        const std::size_t best = how.history.best_epoch != 0 ? how.history.best_epoch : how.history.epochs.size();
        run.setting = chosen.setting.text() + "; then epoch " + std::to_string(best) + " of " + std::to_string(how.history.epochs.size()) +
                      " with the last blocks";
        return run;
    }

private:
    [[nodiscard]] TrunkAnswers ask(const tuning::Model& learned, double seconds) const {
        const auto asked = learned.asked();
        const Said said = timed(contest_, [&] {
            const std::vector<float> logits = asked->logits({test_.frame, test_.size(), test_.pixels.data(), nullptr});
            if (!denim::all_finite(logits)) throw std::runtime_error("the network's answer to a photograph is not a number");
            return denim::predicted_classes(logits, tuning::room);
        });
        return {said.answers, seconds, said.milliseconds, share_right(learned.logits(back_.cuts), back_.labels)};
    }

    std::unique_ptr<tuning::Model> model_;
    std::size_t epochs_;
    const Contest& contest_;
    tuning::PhotoFolder test_{};
    tuning::KeptFeatures kept_;
    tuning::Selection back_;
    double seconds_ = 0;
};

}  // namespace

std::string PretrainedRuns::note() const {
    const TrunkRun& one = all.front();
    double frozen = 0, tuned = 0;
    for (const TrunkRun& run : all) {
        frozen += 100 * run.frozen.validation / static_cast<double>(all.size());
        tuned += 100 * run.tuned.validation / static_cast<double>(all.size());
    }
    const auto percent = [](double share) {
        char text[20];
        std::snprintf(text, sizeof text, "%.1f", share);
        return std::string{text};
    };
    return "Pretrained: " +
           (one.trunk == "small" ? "a small network that nobody taught, in place of one" : "EfficientNet-Lite0 taught by ImageNet (" + one.trunk + ")") +
           ", from the photographs' files. frozen: its last layer by least squares, of " + std::to_string(choices().count()) +
           " L2 that by which most validation photographs are right (" + percent(frozen) + " %). tuned: from there on its last blocks learn too, at most " +
           std::to_string(epochs) + " epochs, with patience " + std::to_string(patience) + " on the validation loss (" + percent(tuned) +
           " % right). A seed learns each training photograph as it is" +
           (one.versions > 1 ? " and one of " + std::to_string(one.versions - 1) + " changed versions" : std::string{}) +
           ". Seconds hold the features of all photographs, which are computed once for all seeds.";
}

PretrainedRuns train_pretrained(const Options& options, const PretrainedOptions& pretrained, const Contest& contest) {
    tuning::Options begin;
    begin.weights = pretrained.weights;
    begin.trunk = pretrained.trunk;
    begin.seed = options.seed;
    if (pretrained.trunk != "small") begin.size = pretrained.size;
    tuning::Begun begun = tuning::begin(begin);
    const Json record = record_of(options, contest);
    const Json started{{"trunk", begun.model->trunk()},
                       {"taught", begun.taught},
                       {"versions", pretrained.versions},
                       {"first seed", begun.taught ? 0 : options.seed}};
    std::optional<Trunk> trunk;
    const auto missing = [&](std::size_t n) { return !read_run(file_of(options, options.seed + n), record, started, contest.test.size()); };
    const auto work = [&](std::size_t n) {
        if (!missing(n)) return;
        if (!trunk) {
            begun.model->open_outputs(0, kinds.size());
            trunk.emplace(options, pretrained, begun.model->copy(), contest);
        }
        const std::uint64_t seed = options.seed + n;
        const TrunkRun run = trunk->run(seed);
        Json own = record;
        own["begun"] = started;
        write_run(file_of(options, seed), own, run);
        std::fprintf(stderr, "pretrained, seed %llu: validation photographs right, frozen %.4f, tuned %.4f, %.1f s and %.1f s; %s\n",
                     static_cast<unsigned long long>(seed), run.frozen.validation, run.tuned.validation, run.frozen.seconds, run.tuned.seconds,
                     run.setting.c_str());
    };
    if (options.hands) {
        for (std::size_t n; (n = options.hands->next(options.repeat, false)) < options.repeat;) work(n);
        options.hands->end({});
    } else {
        for (std::size_t n = 0; n < options.repeat; ++n) work(n);
    }
    PretrainedRuns runs = runs_in_logs(options, contest);
    if (runs.all.size() < options.repeat) throw std::runtime_error("the logs " + options.logs.string() + " do not keep what was written there");
    runs.all.resize(options.repeat);
    return runs;
}

PretrainedRuns runs_in_logs(const Options& options, const Contest& contest) {
    PretrainedRuns runs{.all = {}, .epochs = options.epochs_of(most_epochs)};
    if (!fs::exists(options.log("pretrained"))) return runs;
    const Json record = record_of(options, contest);
    for (std::uint64_t seed = options.seed;; ++seed) {
        std::optional<TrunkRun> run = read_run(file_of(options, seed), record, std::nullopt, contest.test.size());
        if (!run || (!runs.all.empty() && run->trunk != runs.all.front().trunk)) return runs;
        runs.all.push_back(*std::move(run));
    }
}

}  // namespace fashion
