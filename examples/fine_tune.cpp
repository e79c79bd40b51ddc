// SPDX-License-Identifier: MIT
// Fifty photographs are enough: teaches a network that others taught before (pretrained/get) the labels of a folder of photographs,
// label/.../photograph.jpg, drawn ones, real ones, or drawings first and then the real ones; says how often it would be right about others, and
// writes one file that `label --approach pretrained` takes.
#include <denim/machine/threads.hpp>
#include <denim/training/interrupted.hpp>

#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "shown_name.hpp"
#include "tuning/begin.hpp"
#include "tuning/estimate.hpp"
#include "tuning/tuning_page.hpp"

#include <chrono>
#include <cstdio>
#include <iostream>

using namespace denim;
namespace fs = std::filesystem;

namespace {

struct Clock {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }
};

void run(const tuning::Options& options) {
    const Clock clock;
    command_line::require_file(options.out);
    if (!options.report.empty()) command_line::require_file(options.report);
    tuning::Begun begun = tuning::begin(options);
    if (!options.drawings.empty()) tuning::learn_drawings(options, begun);
    const tuning::PhotoFolder folder = tuning::read_to_learn(options, options.photographs, begun);
    static_cast<void>(tuning::outer_folds(options, folder.labels));  // more folds than photographs are refused before anything is computed
    auto kept = tuning::KeptFeatures::of(*begun.model, folder,
                                               {.versions = options.versions, .changes = tuning::usual_changes(), .seed = Seed{options.seed}});
    kept.beside = begun.drawn;
    kept.beside_labels = begun.drawn_labels;
    std::printf("features of %zu versions of each, once: %.1f s\n", options.versions, clock.seconds());
    const tuning::Choices choices = tuning::choices_of(options, begun);
    std::printf("settings that are tried: %zu, each on %zu inner folds of what is learned from\n", choices.count(), options.inner);
    Page page{"Fine-tuned: " + command_line::shown(options.photographs)};
    if (const auto estimated = tuning::estimate(options, folder, *begun.model, kept, choices); !estimated.photographs.empty()) {
        for (const std::string& line : tuning::score_lines(folder, estimated)) std::printf("%s\n", line.c_str());
        tuning::add_estimate(page, folder, estimated);
    }
    const Clock training;
    const auto all = tuning::everything(folder.size());
    const tuning::Chosen chosen = tuning::choose(*begun.model, kept, all, options.inner, choices, Seed{options.seed});
    const auto learned = tuning::learn(*begun.model, kept, all, chosen.setting, Seed{options.seed});
    tuning::TunedTexts texts{.trunk = learned->trunk(), .kinds = folder.kinds};
    texts.calibrate(chosen.logits, chosen.labels);
    learned->save(options.out, texts.texts());
    std::printf("%s: %s; %.1f s for the network of all photographs, %.1f s in all\n", command_line::shown(options.out).c_str(), chosen.setting.text().c_str(),
                training.seconds(), clock.seconds());
    if (!options.report.empty()) {
        tuning::add_curves(page, chosen);
        tuning::add_looks(page, folder, *learned);
        page.heading("Network");
        page.listing(learned->summary());
        add_machine(page, clock.seconds());
        page.write(options.report);
        std::printf("Report: %s\n", command_line::shown(options.report).c_str());
    }
    if (!options.test.empty()) tuning::score(options.test, options.out);
}

void add_options(CLI::App& app, tuning::Options& options) {
    using command_line::whole_number;
    const CLI::Validator folds_or_none{[](const std::string& text) { return text == "1" ? std::string{"at least 2 folds were expected, or 0 for none, but got 1"} : whole_number()(text); }, "0 or at least 2"};
    app.add_option("photographs", options.photographs, "the folder; each folder on the way to a photograph is a label of it")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--drawings", options.drawings, "a folder to learn first, by draw_photos for example")->check(CLI::ExistingDirectory);
    app.add_option("--test", options.test, "another folder: how often the network that is written is right about it")->check(CLI::ExistingDirectory);
    app.add_option("--out", options.out, "the file to write, for label --approach pretrained")->capture_default_str();
    app.add_option("--report", options.report, "the page to write; empty: none")->capture_default_str();
    app.add_option("--weights", options.weights, "pretrained weights of EfficientNet-Lite0, by examples/pretrained/get; where that puts them");
    auto* trunk = app.add_option("--trunk", options.trunk, "lite or small; lite where the weights are")->check(CLI::IsMember({"lite", "small"}));
    auto* size = app.add_option("--size", options.size, "height and width of photographs for lite; 321x257 unless told otherwise")
                     ->check(CLI::IsMember({"225x193", "321x257", "449x353"}));
    app.add_option("--from", options.from, "begin with a file of this program")->check(CLI::ExistingFile)->excludes(trunk)->excludes(size);
    auto* folds = app.add_option("--folds", options.folds, "outer folds that say how often it is right; 0: none")->check(folds_or_none)->capture_default_str();
    app.add_option("--split", options.split, "in place of folds, one split: the share of the photographs, of each kind alike, that is kept back")
        ->check(command_line::number(0.01, 0.9))
        ->excludes(folds);
    app.add_option("--inner", options.inner, "inner folds that choose the settings")->check(whole_number(2, 100))->capture_default_str();
    app.add_option("--versions", options.versions, "of each photograph, changed as another camera might see it")
        ->check(whole_number(1, 1000))
        ->capture_default_str();
    app.add_option("--drawn-versions", options.drawn_versions, "of each drawing")->check(whole_number(1, 1000))->capture_default_str();
    app.add_option("--last-epochs", options.last_epochs, "at most, of the last layer alone")->check(whole_number(1, 100'000))->capture_default_str();
    app.add_option("--body-epochs", options.body_epochs, "at most, of the last blocks; 0: they stay as they are")->check(whole_number(0, 100'000))->capture_default_str();
    app.add_option("--seed", options.seed, "of folds, versions, order and dropout")->check(whole_number())->capture_default_str();
    app.add_option("--threads", options.threads, "0: all cores")->check(command_line::threads())->capture_default_str();
}

}  // namespace

int main(int count, char** words) {
    tuning::Options options;
    CLI::App app{"Teaches a pretrained network the labels of a folder of photographs, label/.../photograph.jpg."};
    add_options(app, options);
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        set_threads(options.threads);
        run(options);
        return command_line::finish("fine_tune", 0);
    } catch (const Interrupted& stop) {
        std::cerr << "fine_tune: " << stop.what() << '\n';
        return 130;
    } catch (const std::exception& error) {
        std::cerr << "fine_tune: " << command_line::shown(error.what()) << '\n';
        return 1;
    }
}
