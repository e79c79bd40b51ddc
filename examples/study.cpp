// SPDX-License-Identifier: MIT
// The study, from its sets to one page: every task at its own setting, one network against three and against one with heads
// for trousers and for shoes, and all labels of the test photographs and of photographs of one's own.
#include <CLI/CLI.hpp>

#include "fashion/comparison.hpp"
#include "fashion/labeller.hpp"
#include "fashion/photographs.hpp"
#include "fashion/tasks.hpp"

#include <iostream>

using namespace denim;
namespace fs = std::filesystem;

namespace {

std::string percent(double share) {
    char text[20];
    std::snprintf(text, sizeof text, "%.2f", 100 * share);
    return text;
}

/// Every task at its own setting, with a line on standard output for each.
template <class... Task>
std::vector<fashion::TaskResult> run_tasks(const fashion::Options& options) {
    std::vector<fashion::TaskResult> results;
    const auto run = [&]<class Each>(std::type_identity<Each>) {
        results.push_back(fashion::StudyTask<Each>::run(options));
        const fashion::TaskResult& last = results.back();
        fashion::print_result(last.task, last.setting(), last.best.truth.size(), last.study);
    };
    (run(std::type_identity<Task>{}), ...);
    return results;
}

void add_tasks(Page& page, const std::vector<fashion::TaskResult>& results, const fashion::Options& options) {
    page.heading("Tasks");
    page.paragraph("Test accuracy in percent: the mean of the runs, beside what the study printed. The photographs are those of the sets in " +
                   options.data.string() + "; the study had 16,203 of its own, so the two columns are of other photographs, and differences between "
                   "tasks say more than those between the columns." +
                   (options.quick ? " This was a quick run: networks learned for at most " + std::to_string(options.epochs_of(0)) +
                                        " epochs, the study's for longer, so the columns cannot be compared (examples/run --full)."
                                  : ""));
    std::vector<std::vector<std::string>> lines{
        {"task", "test accuracy", "study", "classes", "test photographs", "runs", "epochs", "parameters", "s a run", "setting"}};
    for (const fashion::TaskResult& result : results) {
        const Repeats test = result.setting().test_accuracy();
        lines.push_back({result.task, percent(test.mean) + (test.count > 1 ? " +- " + percent(test.deviation) : ""),
                         result.study == 0 ? "" : percent(result.study), std::to_string(result.best.labels.size()),
                         std::to_string(result.best.truth.size()), std::to_string(test.count),
                         std::to_string(result.best.history.epochs.size()), detail::with_commas(result.setting().numbers), detail::decimals(result.setting().seconds().mean, 1),
                         result.setting().name});
    }
    page.table(lines);
}

/// How often the labels of the test photographs are right, for one approach.
void add_labels(Page& page, const fashion::LabelledSet& test, const fashion::Labeller& labeller, const char* approach) {
    std::vector<fashion::Labels> labels(test.size());
    parallel_for(test.size(), test.size() * 10'000'000,
                 [&](std::size_t n) { labels[n] = labeller.label(test.picture(n)); });
    std::size_t category = 0, gender = 0, gendered = 0, type = 0, all = 0;
    std::vector<LabelledPhotograph> wrong;
    for (std::size_t n = 0; n < test.size(); ++n) {
        const fashion::Kind& truth = fashion::kinds[static_cast<std::size_t>(test.shown[n])];
        const bool right[] = {labels[n].category.text == truth.category, labels[n].gender.text == truth.gender,
                              labels[n].type.text == truth.type};
        category += right[0] ? 1 : 0;
        gendered += truth.gender.empty() ? 0 : 1;
        gender += !truth.gender.empty() && right[1] ? 1 : 0;
        type += right[2] ? 1 : 0;
        all += right[0] && right[1] && right[2] ? 1 : 0;
        if (!right[0] || !right[1] || !right[2])
            wrong.push_back({picture_of(test.picture(n), test.shape()),
                             std::string{truth.category} + ", " + std::string{truth.folder}, labels[n].words(0, 0),
                             labels[n].all_right});
    }
    const auto share = [](std::size_t part, std::size_t whole) {
        return percent(static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(whole, 1)));
    };
    const std::string line = share(category, test.size()) + " % of categories, " + share(gender, gendered) + " % of genders, " +
                             share(type, test.size()) + " % of types, " + share(all, test.size()) +
                             " % of photographs with every label right";
    std::printf("labels (%s): %s\n", approach, line.c_str());
    page.heading(std::string{"All labels of the test photographs: "} + approach);
    page.paragraph(line + ", of " + std::to_string(test.size()) + " photographs. The surest mistakes:");
    std::ranges::stable_sort(wrong, std::greater{}, &LabelledPhotograph::confidence);
    std::vector<std::string> figures;
    for (std::size_t n = 0; n < std::min<std::size_t>(wrong.size(), 16); ++n)
        figures.push_back(Page::photograph(wrong[n].picture, wrong[n].truth, wrong[n].predicted, wrong[n].confidence));
    page.photographs(figures);
}

/// Labels photographs of one's own; false if one cannot be read.
bool add_photographs(Page& page, const std::vector<fs::path>& paths, const fashion::Labeller& labeller) {
    if (paths.empty()) return true;
    page.heading("Your photographs");
    fashion::MemoryBudget budget{std::size_t{100} << 20};
    std::vector<std::string> figures;
    bool all = true;
    for (const fs::path& path : fashion::files_of(paths)) {
        Picture picture;
        const std::string reason = fashion::read_or_reason(path, Size{120, 90}, budget, picture);
        if (!reason.empty()) {
            std::cerr << "study: " << path.string() << ": " << reason << '\n';
            page.paragraph(path.string() + ": " + reason);
            all = false;
            continue;
        }
        const fashion::Labels labels = labeller.label(picture.pixels.data());
        std::cout << path.string() << ": " << labels.text(0.5, 0.01) << '\n';
        figures.push_back(Page::photograph(picture, path.filename().string(), labels.text(0.5, 0.01)));
    }
    page.photographs(figures);
    return all;
}

void run(const fashion::Options& options, const std::vector<fs::path>& photographs) {
    using namespace fashion;
    const std::vector<TaskResult> results =
        run_tasks<Primary, Glasses, TrousersAll, TrousersGender, TrousersMale, TrousersFemale, ShoesAll, ShoesGender, ShoesMale,
                  ShoesFemale, EveryLabel>(options);
    Page page{"Glasses, trousers and shoes"};
    add_tasks(page, results, options);
    for (const Comparison& comparison : {fashion::compare_trousers(options), fashion::compare_shoes(options)}) {
        std::cout << comparison << std::flush;
        add_comparison(page, comparison);
    }
    const LabelledSet test = read_set(options.data, task_named(Primary::name), parts[2]);
    const Labeller all{options.models, Approach::all};
    add_labels(page, test, all, "one network a category");
    add_labels(page, test, Labeller{options.models, Approach::separate}, "networks for gender and type");
    add_labels(page, test, Labeller{options.models, Approach::heads}, "one network with heads");
    const bool readable = add_photographs(page, photographs, all);
    page.heading("Confusion matrices of the test sets");
    std::vector<std::string> figures;
    for (const TaskResult& result : results)
        figures.push_back(Page::picture(
            draw_confusion(
                confusion_matrix(result.best.truth, std::span<const float>{result.best.logits}, result.best.labels.size()),
                result.best.labels),
            result.task));
    page.figures(figures);
    add_machine(page, 0);
    page.write(options.report / "study.html");
    for (const TaskResult& result : results) write_report(options.report / (result.task + ".html"), result.best);
    std::cout << "Report: " << (options.report / "study.html").string() << '\n';
    if (!readable) throw std::runtime_error("a photograph could not be read, see above");
}

}  // namespace

int main(int count, char** words) {
    std::vector<fs::path> photographs;
    return fashion::run_program(
        count, words, "study", "Trains every task, compares approaches, labels photographs, and writes one page about it.",
        fashion::Options{}, [&](const fashion::Options& options) { run(options, photographs); },
        [&](CLI::App& app, fashion::Options&) { app.add_option("photographs", photographs, "photographs to label, or folders of them"); });
}
