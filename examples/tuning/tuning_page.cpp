// SPDX-License-Identifier: MIT
#include "tuning/tuning_page.hpp"

#include "tuning/trunks.hpp"

#include <denim/metric/calibration.hpp>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tuning {

namespace {

std::vector<float> rows_of(const Estimate& of, std::size_t kinds) {
    std::vector<float> rows;
    for (const Verdict& verdict : of.verdicts)
        for (std::size_t kind = 0; kind < kinds; ++kind) rows.push_back(static_cast<float>(verdict.probabilities[kind]));
    return rows;
}

}  // namespace

void add_estimate(denim::Page& page, const PhotoFolder& folder, const Estimate& of) {
    page.heading("Photographs that were kept back");
    std::vector<std::int32_t> truth;
    for (const std::size_t n : of.photographs) truth.push_back(folder.labels[n]);
    const std::vector<float> probabilities = rows_of(of, folder.kinds.size());
    for (const std::string& line : score_lines(folder, of)) page.paragraph(line + ".");
    page.paragraph("Expected calibration error " + denim::detail::decimals(denim::calibration(probabilities, truth, folder.kinds.size()).error) + ".");
    const auto counts = denim::confusion_matrix(truth, std::span<const float>{probabilities}, folder.kinds.size());
    const std::string figure = denim::Page::picture(denim::draw_confusion(counts, folder.kinds), "Counts as blue, shares of each true kind as text");
    page.figures({&figure, 1});
    page.heading("Mistakes");
    std::vector<denim::LabelledPhotograph> wrong;
    for (std::size_t n = 0; n < truth.size(); ++n)
        if (const Verdict& verdict = of.verdicts[n]; std::cmp_not_equal(verdict.best, truth[n]))
            wrong.push_back({denim::picture_of(folder.photograph(of.photographs[n]), folder.frame), folder.kinds[static_cast<std::size_t>(truth[n])],
                             folder.kinds[verdict.best], verdict.probabilities[verdict.best]});
    std::ranges::stable_sort(wrong, std::greater{}, &denim::LabelledPhotograph::confidence);
    std::vector<std::string> figures;
    for (std::size_t n = 0; n < std::min<std::size_t>(wrong.size(), 24); ++n)
        figures.push_back(denim::Page::photograph(wrong[n].picture, wrong[n].truth, wrong[n].predicted, wrong[n].confidence));
    page.photographs(figures);
}

void add_curves(denim::Page& page, const Chosen& chosen) {
    page.heading("Learning");
    page.paragraph("The mean loss of photographs that were kept back, L2 by L2 or epoch by epoch; where most were right it stops. Chosen: " +
                   chosen.setting.text() + ".");
    std::vector<std::string> charts;
    const auto chart = [&](const char* title, const char* steps, const std::vector<double>& losses) {
        denim::Series series{"kept back", {}, losses};
        for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) series.x.push_back(static_cast<double>(epoch));
        charts.push_back(denim::line_chart(title, steps, {&series, 1}));
    };
    if (!chosen.last_loss.empty()) chart("The last layer alone", chosen.setting.last_epochs > 0 ? "epoch" : "L2, from the least", chosen.last_loss);
    if (!chosen.body_loss.empty()) chart("The last blocks too", "epoch", chosen.body_loss);
    page.figures(charts);
}

void add_looks(denim::Page& page, const PhotoFolder& folder, const Model& model) {
    page.heading("Where it looks");
    page.paragraph("Grad-CAM, then what takes most away from the answer if it is hidden, for the first photographs of some kinds.");
    std::vector<std::string> figures;
    constexpr std::size_t most = 6;
    std::vector<bool> shown(folder.kinds.size());
    for (std::size_t n = 0; n < folder.size() && figures.size() < 2 * most; ++n) {
        const auto kind = static_cast<std::size_t>(folder.labels[n]);
        if (shown[kind]) continue;
        shown[kind] = true;
        const denim::Picture photograph = denim::picture_of(folder.photograph(n), folder.frame);
        const auto cut = model.cuts({folder.frame, 1, folder.photograph(n), nullptr});
        figures.push_back(denim::Page::picture(denim::draw_grad_cam(photograph, model.grad_cam(cut), 300), folder.kinds[kind]));
        figures.push_back(denim::Page::picture(denim::draw_occlusion(photograph, model.occlude(folder.photograph(n)), 300),
                                               folder.kinds[kind] + ", hidden"));
    }
    page.figures(figures);
}

}  // namespace tuning
