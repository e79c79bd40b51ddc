// SPDX-License-Identifier: MIT
#pragma once

#include <denim/loss/probabilities.hpp>
#include <denim/metric/calibration.hpp>
#include <denim/report/confusion_picture.hpp>
#include <denim/report/photograph_sheet.hpp>
#include <denim/report/report_parts.hpp>

namespace denim::inline DENIM_TARGET {

/// What a page about one run shows; parts that are empty are left out.
struct RunReport {
    std::string name = "A run";
    std::string network = {};  ///< network.summary()
    HyperParameters parameters = {};
    History history = {};
    std::vector<std::string> labels = {};  ///< class names
    std::vector<std::int32_t> truth = {};  ///< of the test set
    std::vector<float> logits = {};        ///< (N, classes) of the test set
    Gives gives = Gives::classes;          ///< what they are: Network::gives
    std::vector<LabelledPhotograph> mistakes = {};
    std::vector<std::pair<std::string, Picture>> pictures = {};  ///< filters, where it looked: caption and picture
};

/// A page about one run.
DENIM_ONCE void write_report(const std::filesystem::path& path, const RunReport& run);

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {
namespace detail {

inline void add_scores(Page& page, const RunReport& run) {
    const std::size_t classes = run.labels.size();
    const Confusion counts = confusion_matrix(run.truth, std::span<const float>{run.logits}, classes);
    page.heading("Test set");
    std::vector<float> probabilities = run.logits;
    to_probabilities(std::span{probabilities}, classes, run.gives);
    const Calibration known = calibration(probabilities, run.truth, classes);
    page.paragraph("Accuracy " + decimals(accuracy(counts)) + " of " + std::to_string(run.truth.size()) +
                   " pictures; expected calibration error " + decimals(known.error) +
                   (classes > 2
                        ? "; right class among the first two " + decimals(top_k_accuracy(run.logits, run.truth, classes, 2))
                        : "") +
                   ".");
    const std::string figure =
        Page::picture(draw_confusion(counts, run.labels), "Counts as blue, shares of each true class as text", describe_confusion(counts, run.labels));
    page.figures({&figure, 1});
    std::vector<std::vector<std::string>> lines{{"class", "pictures", "precision", "recall", "F1"}};
    const std::vector<ClassScore> scores = class_scores(counts);
    for (std::size_t k = 0; k < classes; ++k)
        lines.push_back({run.labels[k], std::to_string(scores[k].count), decimals(scores[k].precision, 3),
                         decimals(scores[k].recall, 3), decimals(scores[k].f1, 3)});
    const ClassScore mean = macro_average(scores);
    lines.push_back({"mean of classes", std::to_string(mean.count), decimals(mean.precision, 3), decimals(mean.recall, 3),
                     decimals(mean.f1, 3)});
    page.table(lines);
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE void write_report(const std::filesystem::path& path, const RunReport& run) {
    Page page{run.name};
    double seconds = 0;
    for (const Epoch& epoch : run.history.epochs) seconds += epoch.seconds;
    if (!run.history.epochs.empty()) {
        page.heading("Learning");
        const auto chart = [&](const char* title, double Score::*value) {
            const Series both[] = {detail::curve("training", run.history, value, false),
                                   detail::curve("validation", run.history, value, true)};
            return line_chart(title, "epoch", both);
        };
        const std::string charts[] = {chart("Loss", &Score::loss), chart("Accuracy", &Score::accuracy)};
        page.figures(charts);
    }
    if (!run.truth.empty()) detail::add_scores(page, run);
    if (!run.mistakes.empty()) {
        page.heading("Mistakes");
        std::vector<std::string> figures;
        for (const LabelledPhotograph& each : run.mistakes)
            figures.push_back(Page::photograph(each.picture, each.truth, each.predicted, each.confidence));
        page.photographs(figures);
    }
    if (!run.pictures.empty()) {
        page.heading("What it sees");
        std::vector<std::string> figures;
        for (const auto& [caption, picture] : run.pictures) figures.push_back(Page::picture(picture, caption));
        page.figures(figures);
    }
    if (!run.parameters.empty()) {
        page.heading("Hyper-parameters");
        std::vector<std::vector<std::string>> lines{{"name", "value"}};
        for (const auto& [name, value] : run.parameters) lines.push_back({name, detail::parameter_text(value)});
        page.table(lines);
    }
    if (!run.network.empty()) {
        page.heading("Network");
        page.listing(run.network);
    }
    add_machine(page, seconds);
    page.write(path);
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
