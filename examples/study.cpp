// SPDX-License-Identifier: MIT
// The study, from its sets to one page: every task at its own setting, one network against three and against one with heads
// for trousers and for shoes, and all labels of the test photographs and of photographs of one's own.
#include <CLI/CLI.hpp>

#include "fashion/comparison.hpp"
#include "fashion/labeller.hpp"
#include "fashion/photographs.hpp"
#include "fashion/pretrained_comparison.hpp"
#include "fashion/tasks.hpp"
#include "shown_name.hpp"

#include <array>
#include <chrono>
#include <iostream>
#include <limits>
#include <map>

using namespace denim;
using command_line::shown;
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

/// How the photographs came about, how long the networks learned, and so how far the figures can be compared with the study's.
void add_origin(Page& page, const std::vector<fashion::TaskResult>& results, const fashion::Options& options, const std::string& origin) {
    const auto count = [&](std::string_view part) { return fashion::read_set(options.data, fashion::tasks[0], part).size(); };
    const std::array counts{count(fashion::parts[0]), count(fashion::parts[1]), count(fashion::parts[2])};
    std::size_t least = std::numeric_limits<std::size_t>::max(), most = 0;
    for (const fashion::TaskResult& result : results)
        for (const SweepRun& run : result.setting().runs) {
            least = std::min(least, run.history.epochs.size());
            most = std::max(most, run.history.epochs.size());
        }
    page.paragraph("Photographs: " + std::to_string(counts[0] + counts[1] + counts[2]) + (origin.empty() ? "" : ", " + origin) + ". " +
                   std::to_string(counts[0]) + " to learn from, " + std::to_string(counts[1]) + " to validate and " +
                   std::to_string(counts[2]) + " to test, in " + options.data.string() + ".");
    const bool as_long = !options.quick && options.epochs == 0;
    page.paragraph("Epochs: " + (least == most ? std::to_string(most) : std::to_string(least) + " to " + std::to_string(most)) +
                   " in each run" + (as_long ? "" : ", " + std::to_string(options.epochs_of(0)) + " at most") +
                   "; the study trained for at most 15 or 20, on 16,203 photographs of its own. " +
                   (as_long ? "So a figure can be compared with the study's only roughly; differences between tasks say more."
                            : "So no figure can be compared with the study's (examples/run --full learns as long)."));
}

void add_tasks(Page& page, const std::vector<fashion::TaskResult>& results) {
    page.heading("Tasks");
    page.paragraph("Test accuracy in percent, the mean of the runs, beside what the study printed; training is seconds a run.");
    std::vector<std::vector<std::string>> lines{
        {"task", "test accuracy", "study", "test photographs", "classes", "runs", "epochs", "parameters", "training, s"}};
    std::map<std::string, std::string> settings;  // and the tasks that have them
    for (const fashion::TaskResult& result : results) {
        const Repeats test = result.setting().test_accuracy();
        std::string& tasks = settings[result.setting().name];
        tasks += (tasks.empty() ? "" : ", ") + result.task;
        double epochs = 0;
        for (const SweepRun& run : result.setting().runs) epochs += static_cast<double>(run.history.epochs.size());
        lines.push_back({result.task, percent(test.mean) + (test.count > 1 ? " +- " + percent(test.deviation) : ""),
                         result.study == 0 ? "" : percent(result.study), std::to_string(result.best.truth.size()),
                         std::to_string(result.best.labels.size()), std::to_string(test.count),
                         detail::short_number(epochs / static_cast<double>(test.count)), detail::with_commas(result.setting().numbers),
                         detail::decimals(result.setting().seconds().mean, 1)});
    }
    page.table(lines);
    for (const auto& [setting, tasks] : settings) page.paragraph("Setting of " + tasks + ": " + setting + ".");
}

/// "NAME=VALUE" as two cells of a table.
std::vector<std::string> cells_of(const std::string& pair) {
    const std::size_t end = pair.rfind('=');
    return {pair.substr(0, end), pair.substr(end + 1)};
}

/// What there is beside this page, of which whoever calls this program keeps count.
void add_parts(Page& page, const std::vector<std::string>& parts) {
    if (parts.empty()) return;
    std::vector<std::vector<std::string>> lines{{"part", "what has run, and its page"}};
    for (const std::string& each : parts) lines.push_back(cells_of(each));
    page.heading("Parts of the whole study");
    page.table(lines);
}

/// The steps of the work and how long each took.
class Steps {
public:
    explicit Steps(const std::vector<std::string>& before) {
        for (const std::string& each : before) lines_.push_back(cells_of(each));
    }
    /// What was done since the last step.
    void end(const std::string& name) {
        const auto now = std::chrono::steady_clock::now();
        lines_.push_back({name, detail::decimals(std::chrono::duration<double>(now - begin_).count(), 1)});
        begin_ = now;
    }
    void add_to(Page& page) const {
        page.heading("Time");
        page.paragraph("Seconds that each step took this time; a network that was found in the logs was not trained again.");
        page.table(lines_);
    }

private:
    std::vector<std::vector<std::string>> lines_{{"step", "seconds"}};
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// The words that labels are compared by.
std::string words_of(const fashion::Kind& kind) {
    std::string words{kind.category};
    for (const std::string_view word : {kind.gender, kind.type})
        if (!word.empty()) words += ", " + std::string{word};
    return words;
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
                             words_of(truth), labels[n].words(0, 0), labels[n].all_right});
    }
    const auto share = [](std::size_t part, std::size_t whole) {
        return percent(static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(whole, 1)));
    };
    const std::string line = share(category, test.size()) + " % of categories, " + share(gender, gendered) + " % of genders, " +
                             share(type, test.size()) + " % of types, " + share(all, test.size()) +
                             " % of photographs with every label right";
    std::printf("labels (%s): %s\n", approach, line.c_str());
    page.heading("All labels by " + std::string{approach});
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
            std::cerr << "study: " << shown(path) << ": " << shown(reason) << '\n';
            page.paragraph(shown(path) + ": " + shown(reason));
            all = false;
            continue;
        }
        const fashion::Labels labels = labeller.label(picture.pixels.data());
        std::cout << shown(path) << ": " << labels.text(0.5, 0.01) << '\n';
        figures.push_back(Page::photograph(picture, shown(path.filename()), labels.text(0.5, 0.01)));
    }
    page.photographs(figures);
    return all;
}

struct Words {
    std::vector<fs::path> photographs;
    std::string origin;
    std::vector<std::string> steps, parts;
};

void run(const fashion::Options& options, const Words& words) {
    using namespace fashion;
    Steps steps{words.steps};
    const std::vector<TaskResult> results =
        run_tasks<Primary, Glasses, TrousersAll, TrousersGender, TrousersMale, TrousersFemale, ShoesAll, ShoesGender, ShoesMale,
                  ShoesFemale, EveryLabel>(options);
    steps.end("training and testing the tasks");
    Page page{"Glasses, trousers and shoes"};
    add_origin(page, results, options, words.origin);
    add_tasks(page, results);
    add_parts(page, words.parts);
    for (const Comparison& comparison : {fashion::compare_trousers(options), fashion::compare_shoes(options)}) {
        std::cout << comparison << std::flush;
        add_comparison(page, comparison);
    }
    if (const auto pretrained = comparison_in_logs(options)) {  // of compare_pretrained
        std::cout << *pretrained << std::flush;
        add_comparison(page, *pretrained);
    }
    steps.end("comparing approaches");
    const LabelledSet test = read_set(options.data, task_named(Primary::name), parts[2]);
    const Labeller all{options.models, Approach::all};
    page.heading("All labels of the test photographs");
    page.paragraph("Below a photograph stands what it shows, and what was said of it, with the probability that all of that is right; "
                   "wrong words are red.");
    add_labels(page, test, all, "one network a category");
    add_labels(page, test, Labeller{options.models, Approach::separate}, "networks for gender and type");
    add_labels(page, test, Labeller{options.models, Approach::heads}, "one network with heads");
    const bool readable = add_photographs(page, words.photographs, all);
    steps.end("labelling");
    page.heading("Confusion matrices of the test sets");
    std::vector<std::string> figures;
    for (const TaskResult& result : results) {
        const std::vector<std::string>& labels = result.best.labels;
        const Confusion counts = confusion_matrix(result.best.truth, std::span<const float>{result.best.logits}, labels.size());
        figures.push_back(Page::picture(draw_confusion(counts, labels), result.task, describe_confusion(counts, labels)));
    }
    page.figures(figures);
    for (const TaskResult& result : results) write_report(options.report / (result.task + ".html"), result.best);
    steps.end("drawing the pages");
    steps.add_to(page);
    page.heading("Machine");
    page.paragraph(machine_line("fp32"));
    page.write(options.report / "study.html");
    std::cout << "Report: " << shown(options.report / "study.html") << '\n';
    if (!readable) throw std::runtime_error("a photograph could not be read, see above");
}

}  // namespace

int main(int count, char** words) {
    Words own;
    return fashion::run_program(
        count, words, "study", "Trains every task, compares approaches, labels photographs, and writes one page about it.",
        fashion::Options{}, [&](const fashion::Options& options) { run(options, own); },
        [&](CLI::App& app, fashion::Options&) {
            app.add_option("photographs", own.photographs, "photographs to label, or folders of them");
            app.add_option("--origin", own.origin, "how the photographs came about, for the page");
            const auto add_pairs = [&](const char* name, std::vector<std::string>& pairs, const std::string& form, const char* what) {
                app.add_option(name, pairs, form + what)->allow_extra_args(false)->check([form](const std::string& pair) {
                    return pair.find('=') == pair.npos ? form + " was expected, but got " + pair : "";
                });
            };
            add_pairs("--step", own.steps, "NAME=SECONDS", ": a step that came before, for the page; may be repeated");
            add_pairs("--part", own.parts, "NAME=STATE", ": a part of the study that stands on a page of its own, for this page; may be repeated");
        });
}
