// SPDX-License-Identifier: MIT
// Prints all labels of photographs: trousers 1.00, male 0.98, jeans 0.97.
#include <denim/image/draw.hpp>

#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "fashion/labeller.hpp"
#include "fashion/path_list.hpp"
#include "fashion/photographs.hpp"
#include "shown_name.hpp"

#include <cmath>
#include <iostream>
#include <map>
#include <optional>

using namespace denim;
using command_line::shown;
namespace fs = std::filesystem;

namespace {

struct Options {
    fs::path models = "models", explain;
    fashion::Approach approach = fashion::Approach::all;
    std::vector<fs::path> photographs;
    bool json = false;
    std::optional<double> sure;  // else as the network says
    double strange = 0.01;
};

/// What became of one photograph.
struct Result {
    Picture picture;
    fashion::Labels labels;
    std::string reason;  ///< why it cannot be read; empty if it can
};

void print(const fs::path& path, const Result& result, const Options& options, double sure) {
    if (!result.reason.empty()) {
        std::cerr << "label: " << shown(path) << ": " << shown(result.reason) << '\n';
        if (options.json)
            std::cout << nlohmann::ordered_json{{"image", path.string()}, {"error", result.reason}}.dump(
                             -1, ' ', false, nlohmann::json::error_handler_t::replace)
                      << '\n';
    } else if (options.json) {
        std::cout << result.labels.json(path.string(), sure, options.strange) << '\n';
    } else {
        std::cout << shown(path) << ": " << result.labels.text(sure, options.strange) << '\n';
    }
}

/// A name in the folder that tells the photograph: its own, with its folder's before it where another one has that.
fs::path name_of(const fs::path& path, std::map<fs::path, fs::path>& names) {
    fs::path name = path.stem();
    for (fs::path folder = fs::absolute(path).parent_path(); names.contains(name) && names[name] != path && folder.has_relative_path();
         folder = folder.parent_path())
        name = folder.filename().string() + " " + name.string();
    names[name] = path;
    return name += ".png";
}

/// Two pictures beside each other, above them the labels and what each shows.
void explain(const fs::path& path, const Result& result, const fashion::Labeller& labeller, const Options& options, double sure) {
    constexpr int gap = 12, line = 26;
    constexpr float letters = 17;
    const fashion::Explanations parts = labeller.explain(result.picture, result.labels);
    std::size_t width = gap;
    for (const fashion::Explanation& part : parts)
        width += gap + std::max(part.picture.size.width, static_cast<std::size_t>(std::ceil(text_width(part.caption, letters))));
    const std::string title = shown(path.filename()) + ": " + result.labels.text(sure, options.strange);
    width = std::max(width, static_cast<std::size_t>(std::ceil(text_width(title, letters))) + 2 * gap);
    Picture sheet{Size{parts[0].picture.size.height + 2 * line + 2 * gap, width}};
    draw_text(sheet, gap, line, title, {.height = letters});
    int left = gap;
    for (const fashion::Explanation& part : parts) {
        draw_text(sheet, static_cast<float>(left), 2 * line, part.caption, {.height = letters});
        paste(sheet, left, 2 * line + gap, part.picture);
        left += gap + std::max(static_cast<int>(part.picture.size.width), static_cast<int>(std::ceil(text_width(part.caption, letters))));
    }
    static std::map<fs::path, fs::path> names;
    write_png(options.explain / name_of(path, names), sheet);
}

/// Labels some photographs, all cores at work; false if one of them cannot be read.
bool label(std::span<const fs::path> paths, const fashion::Labeller& labeller, fashion::MemoryBudget& budget,
           const Options& options) {
    std::vector<Result> results(paths.size());
    const auto work = [&](std::size_t n) {
        Result& result = results[n];
        result.reason = fashion::read_or_reason(paths[n], labeller.frame(), budget, result.picture);
        if (result.reason.empty()) result.labels = labeller.label(result.picture.pixels.data());
    };
    if (paths.size() == 1)  // all cores for the one
        work(0);
    else
        parallel_for(paths.size(), paths.size() * 10'000'000, [&](std::size_t n) { work(n); });
    bool all = true;
    for (std::size_t n = 0; n < paths.size(); ++n) {
        print(paths[n], results[n], options, options.sure.value_or(labeller.sure()));
        all = all && results[n].reason.empty();
        if (!options.explain.empty() && results[n].reason.empty()) explain(paths[n], results[n], labeller, options, options.sure.value_or(labeller.sure()));
    }
    std::cout.flush();
    return all;
}

int run(const Options& options) {
    if (!options.explain.empty()) command_line::require_folder(options.explain);
    const fashion::Labeller labeller{options.models, options.approach};
    fashion::MemoryBudget budget{std::size_t{100} << 20};
    bool all = true;
    if (!options.photographs.empty()) {
        const std::vector<fs::path> files = fashion::files_of(options.photographs);
        if (files.empty()) throw std::runtime_error("at least one photograph was expected, but the folders have none");
        constexpr std::size_t at_once = 64;
        for (std::size_t first = 0; first < files.size(); first += at_once)
            all = label(std::span{files}.subspan(first, std::min(at_once, files.size() - first)), labeller, budget, options) &&
                  all;
    } else {
        while (const std::optional<fs::path> path = fashion::next_path(std::cin))
            all = label({&*path, 1}, labeller, budget, options) && all;
    }
    return all ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    Options options;
    std::size_t threads = 0;
    CLI::App app{"Prints all labels of each photograph: category, gender where there is one, type."};
    app.add_option("photographs", options.photographs, "files or folders; without any, standard input names one a line");
    app.add_option("--models", options.models, "the models, by the programs that train")
        ->capture_default_str()
        ->check(CLI::ExistingDirectory);
    app.add_option(
           "--approach", options.approach,
           "one network for a category's labels (all), one for gender and one for type (separate), one with a head for "
           "each question (heads), or a network of the program fine_tune, pretrained.safetensors (pretrained)")
        ->transform(CLI::CheckedTransformer(std::map<std::string, fashion::Approach>{
            {"all", fashion::Approach::all}, {"separate", fashion::Approach::separate}, {"heads", fashion::Approach::heads},
            {"pretrained", fashion::Approach::pretrained}}));
    app.add_flag("--json", options.json, "an object a line");
    app.add_option("--sure", options.sure, "a label less likely is a question; unless given, 0.5, or what a pretrained network found")
        ->check(command_line::number(0, 1));
    app.add_option("--strange", options.strange,
                   "photographs stranger than all but this share of the validation set are said to be something else")
        ->capture_default_str()
        ->check(command_line::number(0, 1));
    app.add_option("--explain", options.explain, "folder for pictures of where the networks looked");
    app.add_option("--threads", threads, "0: all cores")->check(command_line::threads())->capture_default_str();
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        set_threads(threads);
        return command_line::finish("label", run(options));
    } catch (const std::exception& error) {
        std::cerr << "label: " << shown(error.what()) << '\n';
        return 1;
    }
}
