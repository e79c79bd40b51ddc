// SPDX-License-Identifier: MIT
// Fifty photographs are enough: teaches a network that others taught before (pretrained/get) the labels of a folder of photographs,
// label/.../photograph.jpg, says how often it would be right about others, and writes one file that `label --approach pretrained` takes.
#include <denim/machine/threads.hpp>
#include <denim/metric/calibration.hpp>
#include <denim/report.hpp>
#include <denim/training/interrupted.hpp>

#include <CLI/CLI.hpp>

#include "tuning/choose.hpp"
#include "tuning/pretrained.hpp"
#include "tuning/trunks.hpp"
#include "tuning/tuned_file.hpp"

#include <chrono>
#include <cstdio>
#include <iostream>
#include <numeric>

using namespace denim;
namespace fs = std::filesystem;

namespace {

struct Options {
    fs::path photographs, test, out = "models/pretrained.safetensors", report = "report/fine_tune.html", weights, from;
    std::string trunk;
    std::size_t folds = 5, inner = 3, versions = 6, last_epochs = 40, body_epochs = 6, threads = 0;
    std::uint64_t seed = 1;
};

struct Clock {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }
};

/// What networks that did not see them say of the photographs.
struct Estimate {
    std::vector<std::size_t> photographs;
    std::vector<tuning::Verdict> verdicts;
};

/// The network to begin with, and the kinds that it knows already.
struct Begun {
    std::unique_ptr<tuning::Model> model;
    std::vector<std::string> kinds;
    bool taught = false;  ///< by others' pictures: its body is worth keeping
};

Begun begin(const Options& options) {
    if (!options.from.empty()) {
        const tuning::TunedFile file{options.from};
        std::printf("begins with %s\n", options.from.string().c_str());
        return {file.model().copy(), file.texts().kinds, true};
    }
    std::string trunk = options.trunk;
    const fs::path weights = options.weights.empty() ? tuning::default_weights() : options.weights;
    const bool there = fs::exists(weights);
    if (!options.weights.empty() && !there) throw FileError(weights.string(), "it does not exist; examples/pretrained/get gets the weights");
    if (trunk.empty()) trunk = there ? "lite" : "small";
    Begun begun{tuning::make_model(trunk, Seed{options.seed}), {}, false};
    if (trunk == "lite" && there) {
        begun.model->import_pretrained(weights);
        begun.taught = true;
        std::printf("begins with EfficientNet-Lite0, taught by ImageNet: %s (Apache License 2.0)\n", weights.string().c_str());
    } else {
        std::printf("there are no pretrained weights%s, so a network begins anew; examples/pretrained/get gets some\n",
                    trunk == "lite" ? (" at " + weights.string()).c_str() : there ? " for a small network" : (" at " + weights.string()).c_str());
    }
    return begun;
}

tuning::PhotoFolder read(const Options& options, const Begun& begun) {
    tuning::PhotoFolder folder = tuning::read_photo_folder(options.photographs, begun.model->frame(), begun.kinds);
    for (const Rejection& rejection : folder.rejected)
        std::cerr << "fine_tune: " << rejection.path.string() << ": " << rejection.reason << '\n';
    std::vector<std::size_t> counts(folder.kinds.size());
    for (const std::int32_t label : folder.labels) ++counts[static_cast<std::size_t>(label)];
    const std::size_t present = static_cast<std::size_t>(std::ranges::count_if(counts, [](std::size_t count) { return count > 0; }));
    if (present < 2)
        throw std::runtime_error(options.photographs.string() + ": photographs of at least 2 kinds were expected, label/.../photograph.jpg, but " +
                                 std::to_string(present) + " came");
    if (folder.kinds.size() > tuning::room)
        throw std::runtime_error(options.photographs.string() + ": at most " + std::to_string(tuning::room) + " kinds were expected, but there are " +
                                 std::to_string(folder.kinds.size()));
    std::printf("%zu photographs of %zu kinds\n", folder.size(), present);
    const std::size_t enough = std::max<std::size_t>(options.folds, 2);
    for (std::size_t kind = 0; kind < counts.size(); ++kind)
        if (counts[kind] == 1)
            std::printf("%s: one photograph, too few to split; it is learned all the same, and where it is kept back nothing can get it right\n",
                        folder.kinds[kind].c_str());
        else if (counts[kind] > 0 && counts[kind] < enough)
            std::printf("%s: %zu photographs, too few for each of %zu folds to have one; they are learned all the same\n",
                        folder.kinds[kind].c_str(), counts[kind], enough);
    return folder;
}

/// Whether the first `levels` labels are the same.
bool levels_right(const std::string& truth, const std::string& answer, std::size_t levels) {
    auto a = tuning::levels_of(truth), b = tuning::levels_of(answer);
    a.resize(std::min(a.size(), levels));
    b.resize(std::min(b.size(), levels));
    return a == b;
}

std::vector<std::size_t> everything(std::size_t count) {
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

/// Each photograph is scored by a network that saw neither it nor what was chosen with its help.
Estimate estimate(const Options& options, const tuning::PhotoFolder& folder, const tuning::Model& model, const tuning::KeptFeatures& kept,
                  const tuning::Choices& choices) {
    Estimate result;
    std::size_t number = 0;
    for (const Fold& fold : k_folds(folder.labels, options.folds, Seed{options.seed})) {
        const auto chosen = tuning::choose(model, kept, fold.train, options.inner, choices, Seed{options.seed});
        const auto learned = tuning::learn(model, kept, fold.train, chosen.setting, Seed{options.seed});
        tuning::TunedTexts texts{.trunk = learned->trunk(), .kinds = folder.kinds};
        texts.calibrate(chosen.logits, chosen.labels);
        const tuning::Selection asked{kept, fold.test, false};
        const std::vector<float> logits = learned->logits(asked.cuts);
        std::size_t right = 0;
        for (std::size_t n = 0; n < fold.test.size(); ++n) {
            result.photographs.push_back(fold.test[n]);
            result.verdicts.push_back(tuning::judge(texts, std::span{logits}.subspan(n * tuning::room, tuning::room)));
            right += std::cmp_equal(result.verdicts.back().best, folder.labels[fold.test[n]]) ? 1 : 0;
        }
        std::printf("fold %zu of %zu: every label of %zu of %zu right; %s\n", ++number, options.folds, right, fold.test.size(),
                    chosen.setting.text().c_str());
        std::fflush(stdout);
    }
    return result;
}

std::vector<std::string> score_lines(const tuning::PhotoFolder& folder, const Estimate& of) {
    std::size_t deepest = 0;
    for (const std::string& kind : folder.kinds) deepest = std::max(deepest, tuning::levels_of(kind).size());
    std::vector<std::string> lines;
    for (std::size_t levels = 1; levels <= deepest; ++levels) {
        std::size_t right = 0;
        for (std::size_t n = 0; n < of.photographs.size(); ++n)
            right += levels_right(folder.kinds[static_cast<std::size_t>(folder.labels[of.photographs[n]])], folder.kinds[of.verdicts[n].best], levels)
                         ? 1
                         : 0;
        lines.push_back((levels == deepest ? "every label" : levels == 1 ? "the first label" : "the first " + std::to_string(levels) + " labels") +
                        std::string{" right: "} + std::to_string(right) + " of " + std::to_string(of.photographs.size()));
    }
    return lines;
}

/// What the network that was written says of photographs of another folder.
void score(const fs::path& other, const fs::path& file) {
    const tuning::TunedFile network{file};
    const tuning::PhotoFolder folder = tuning::read_photo_folder(other, network.frame(), network.texts().kinds);
    for (const Rejection& rejection : folder.rejected)
        std::cerr << "fine_tune: " << rejection.path.string() << ": " << rejection.reason << '\n';
    Estimate all{everything(folder.size()), std::vector<tuning::Verdict>(folder.size())};
    parallel_for(folder.size(), folder.size() * 100'000'000, [&](std::size_t n) { all.verdicts[n] = network.ask(folder.photograph(n)); });
    for (std::size_t n = 0; n < folder.size(); ++n) {
        const std::string &truth = folder.kinds[static_cast<std::size_t>(folder.labels[n])], &answer = folder.kinds[all.verdicts[n].best];
        if (truth != answer) std::printf("%s is labelled %s\n", folder.paths[n].string().c_str(), answer.c_str());
    }
    for (const std::string& line : score_lines(folder, all)) std::printf("%s: %s\n", other.string().c_str(), line.c_str());
}

std::vector<float> rows_of(const Estimate& of, std::size_t kinds) {
    std::vector<float> rows;
    for (const tuning::Verdict& verdict : of.verdicts)
        for (std::size_t kind = 0; kind < kinds; ++kind) rows.push_back(static_cast<float>(verdict.probabilities[kind]));
    return rows;
}

void add_estimate(Page& page, const tuning::PhotoFolder& folder, const Estimate& of) {
    page.heading("Photographs that were kept back");
    std::vector<std::int32_t> truth;
    for (const std::size_t n : of.photographs) truth.push_back(folder.labels[n]);
    const std::vector<float> probabilities = rows_of(of, folder.kinds.size());
    for (const std::string& line : score_lines(folder, of)) page.paragraph(line + ".");
    page.paragraph("Expected calibration error " + detail::decimals(calibration(probabilities, truth, folder.kinds.size()).error) + ".");
    const auto counts = confusion_matrix(truth, std::span<const float>{probabilities}, folder.kinds.size());
    const std::string figure = Page::picture(draw_confusion(counts, folder.kinds), "Counts as blue, shares of each true kind as text");
    page.figures({&figure, 1});
    page.heading("Mistakes");
    std::vector<LabelledPhotograph> wrong;
    for (std::size_t n = 0; n < truth.size(); ++n)
        if (const tuning::Verdict& verdict = of.verdicts[n]; std::cmp_not_equal(verdict.best, truth[n]))
            wrong.push_back({picture_of(folder.photograph(of.photographs[n]), folder.frame), folder.kinds[static_cast<std::size_t>(truth[n])],
                             folder.kinds[verdict.best], verdict.probabilities[verdict.best]});
    std::ranges::stable_sort(wrong, std::greater{}, &LabelledPhotograph::confidence);
    std::vector<std::string> figures;
    for (std::size_t n = 0; n < std::min<std::size_t>(wrong.size(), 24); ++n)
        figures.push_back(Page::photograph(wrong[n].picture, wrong[n].truth, wrong[n].predicted, wrong[n].confidence));
    page.photographs(figures);
}

void add_curves(Page& page, const tuning::Chosen& chosen) {
    page.heading("Learning");
    page.paragraph("The mean loss of photographs that were kept back, epoch by epoch; where it was least the network stops. Chosen: " +
                   chosen.setting.text() + ".");
    std::vector<std::string> charts;
    const auto chart = [&](const char* title, const std::vector<double>& losses) {
        Series series{"kept back", {}, losses};
        for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) series.x.push_back(static_cast<double>(epoch));
        charts.push_back(line_chart(title, "epoch", {&series, 1}));
    };
    if (!chosen.last_loss.empty()) chart("The last layer alone", chosen.last_loss);
    if (!chosen.body_loss.empty()) chart("The last blocks too", chosen.body_loss);
    page.figures(charts);
}

/// Where the network looks, by a step back and by many steps forward.
void add_looks(Page& page, const tuning::PhotoFolder& folder, const tuning::Model& model, const tuning::KeptFeatures& kept) {
    page.heading("Where it looks");
    page.paragraph("Grad-CAM, then what takes most away from the answer if it is hidden, for the first photographs of some kinds.");
    std::vector<std::string> figures;
    constexpr std::size_t most = 6;
    std::vector<bool> shown(folder.kinds.size());
    for (std::size_t n = 0; n < folder.size() && figures.size() < 2 * most; ++n) {
        const auto kind = static_cast<std::size_t>(folder.labels[n]);
        if (shown[kind]) continue;
        shown[kind] = true;
        const Picture photograph = picture_of(folder.photograph(n), folder.frame);
        figures.push_back(Page::picture(draw_grad_cam(photograph, model.grad_cam(kept.cut(n)), 300), folder.kinds[kind]));
        figures.push_back(Page::picture(draw_occlusion(photograph, model.occlude(folder.photograph(n)), 300), folder.kinds[kind] + ", hidden"));
    }
    page.figures(figures);
}

void run(const Options& options) {
    const Clock clock;
    Begun begun = begin(options);
    const tuning::PhotoFolder folder = read(options, begun);
    if (begun.kinds.size() < folder.kinds.size()) begun.model->open_outputs(begun.kinds.size(), folder.kinds.size());

    const Augmentation changes{
        .flip = true, .shift = 0.03f, .turn = 2, .zoom = 0.06f, .brightness = 0.06f, .contrast = 0.2f, .saturation = 0.4f, .hue = 8};
    const auto kept = tuning::KeptFeatures::of(*begun.model, folder, options.versions, changes, Seed{options.seed});
    std::printf("features of %zu versions of each, once: %.1f s\n", options.versions, clock.seconds());
    tuning::Choices choices{.last_epochs = options.last_epochs, .body_epochs = options.body_epochs};
    if (!begun.taught) choices = {.l2 = {1e-3f}, .last_epochs = 1, .body_epochs = 4 * options.body_epochs};  // nothing is worth keeping as it is
    std::printf("settings that are tried: %zu, each on %zu inner folds of what is learned from\n", choices.count(), options.inner);
    Page page{"Fine-tuned: " + options.photographs.string()};
    Estimate estimated;
    if (options.folds >= 2) {
        estimated = estimate(options, folder, *begun.model, kept, choices);
        for (const std::string& line : score_lines(folder, estimated)) std::printf("%s\n", line.c_str());
        add_estimate(page, folder, estimated);
    }
    const Clock training;
    const auto all = everything(folder.size());
    const tuning::Chosen chosen = tuning::choose(*begun.model, kept, all, options.inner, choices, Seed{options.seed});
    const auto learned = tuning::learn(*begun.model, kept, all, chosen.setting, Seed{options.seed});
    tuning::TunedTexts texts{.trunk = learned->trunk(), .kinds = folder.kinds};
    texts.calibrate(chosen.logits, chosen.labels);
    if (options.out.has_parent_path()) fs::create_directories(options.out.parent_path());
    learned->save(options.out, texts.texts());
    std::printf("%s: %s; %.1f s for the network of all photographs, %.1f s in all\n", options.out.string().c_str(), chosen.setting.text().c_str(),
                training.seconds(), clock.seconds());
    if (!options.test.empty()) score(options.test, options.out);
    if (options.report.empty()) return;
    add_curves(page, chosen);
    add_looks(page, folder, *learned, kept);
    page.heading("Network");
    page.listing(learned->summary());
    add_machine(page, clock.seconds());
    if (options.report.has_parent_path()) fs::create_directories(options.report.parent_path());
    page.write(options.report);
    std::printf("Report: %s\n", options.report.string().c_str());
}

}  // namespace

int main(int count, char** words) {
    Options options;
    CLI::App app{"Teaches a pretrained network the labels of a folder of photographs, label/.../photograph.jpg."};
    app.add_option("photographs", options.photographs, "the folder; each folder on the way to a photograph is a label of it")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--test", options.test, "another folder: how often the network that is written is right about it")->check(CLI::ExistingDirectory);
    app.add_option("--out", options.out, "the file to write, for label --approach pretrained")->capture_default_str();
    app.add_option("--report", options.report, "the page to write; empty: none")->capture_default_str();
    app.add_option("--weights", options.weights, "pretrained weights of EfficientNet-Lite0, by examples/pretrained/get; where that puts them");
    app.add_option("--from", options.from, "begin with a file of this program: of drawings, for example")->check(CLI::ExistingFile);
    app.add_option("--trunk", options.trunk, "lite or small; lite where the weights are")->check(CLI::IsMember({"lite", "small"}));
    app.add_option("--folds", options.folds, "outer folds that say how often it is right; 0: none")->capture_default_str();
    app.add_option("--inner", options.inner, "inner folds that choose the settings")->check(CLI::Range(2, 100))->capture_default_str();
    app.add_option("--versions", options.versions, "of each photograph, changed as another camera might see it")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--last-epochs", options.last_epochs, "at most, of the last layer alone")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--body-epochs", options.body_epochs, "at most, of the last blocks; 0: they stay as they are")->capture_default_str();
    app.add_option("--seed", options.seed, "of folds, versions, order and dropout")->capture_default_str();
    app.add_option("--threads", options.threads, "0: all cores")->capture_default_str();
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        set_threads(options.threads);
        run(options);
        return 0;
    } catch (const Interrupted& stop) {
        std::cerr << "fine_tune: " << stop.what() << '\n';
        return 130;
    } catch (const std::exception& error) {
        std::cerr << "fine_tune: " << error.what() << '\n';
        return 1;
    }
}
