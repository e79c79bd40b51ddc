// SPDX-License-Identifier: MIT
// The main job on a small wardrobe: drawn, converted, every task trained for an epoch, compared, labelled; then again, from its
// logs.
#include "scratch.hpp"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <sstream>

#include "fashion/catalogue.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path programs = fs::path{PROGRAM}.parent_path();

std::string quoted(const fs::path& path) {
    std::string text{"'"};
    return text.append(path.string()) += '\'';
}

std::string text_of(const fs::path& path) {
    const std::vector<std::byte> bytes = read_bytes(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Outcome {
    int status;
    std::string out, err;
};

Outcome run_file(const Scratch& scratch, const fs::path& file, const std::string& words) {
    const int status =
        std::system((quoted(file) + " " + words + " > " + quoted(scratch / "out") + " 2> " + quoted(scratch / "err")).c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(scratch / "out"), text_of(scratch / "err")};
}
Outcome run(const Scratch& scratch, const std::string& program, const std::string& words) {
    return run_file(scratch, programs / program, words);
}

}  // namespace

TEST_CASE("from drawn photographs to all labels of each, and again from what is there") {
    const Scratch scratch;
    REQUIRE(run(scratch, "draw_photos", "--per-class 10 --out " + quoted(scratch / "photos")).status == 0);
    REQUIRE(run(scratch, "convert_images", quoted(scratch / "photos") + " --out " + quoted(scratch / "sets")).status == 0);

    const std::string folders = " --data " + quoted(scratch / "sets") + " --models " + quoted(scratch / "models") + " --logs " +
                                quoted(scratch / "logs") + " --report " + quoted(scratch / "report") + " --epochs 1 ";
    const Outcome first = run(scratch, "study", folders + "--origin 'drawn for a test' --step 'making sets=7' --step drawing=2.5");
    INFO(first.err);
    REQUIRE(first.status == 0);
    for (const fashion::Task& task : fashion::tasks) {
        CHECK(first.out.find(task.name) != std::string::npos);
        CHECK(fs::exists(scratch / ("models/" + std::string{task.name} + ".safetensors")));
        CHECK(fs::exists(scratch / ("report/" + std::string{task.name} + ".html")));
    }
    CHECK(first.out.find("every-label") != std::string::npos);
    CHECK(fs::exists(scratch / "models/every-label.safetensors"));
    CHECK(fs::exists(scratch / "report/every-label.html"));
    CHECK(first.out.find("separate | heads") != std::string::npos);
    CHECK(first.out.find("labels (one network with heads): ") != std::string::npos);
    CHECK(first.err.find("run 1/1") != std::string::npos);
    const std::string page = text_of(scratch / "report/study.html");
    for (const char* words :
         {"trousers-gender", "One network, three, or one with heads: shoes", "All labels of the test photographs",
          "one network with heads", "every-label", "Confusion matrices", "170, drawn for a test", "no figure can be compared",
          "<td>making sets</td><td>7</td>", "<td>drawing</td><td>2.5</td>", "<td>labelling</td>", "by time of training"})
        CHECK_MESSAGE(page.find(words) != std::string::npos, words);

    const auto weights_of_runs = [&] {
        std::map<fs::path, fs::file_time_type> times;
        for (const auto& entry : fs::recursive_directory_iterator{scratch / "logs"})
            if (entry.path().filename() == "best.safetensors") times[entry.path()] = entry.last_write_time();
        return times;
    };
    const auto of_study = weights_of_runs();
    // A pretrained network beside those of the study, whose runs are there. A small one that nobody taught stands in for it.
    const std::string compare = "--repeat 1 --photographs " + quoted(scratch / "photos") + folders;
    CHECK(page.find("From scratch or pretrained") == page.npos);
    ::setenv("DENIM_PRETRAINED", (scratch / "no weights").c_str(), 1);
    const Outcome unaided = run(scratch, "compare_pretrained", compare);
    INFO(unaided.err);
    REQUIRE(unaided.status == 0);
    CHECK(unaided.out.find("/efficientnet-lite0-57934424.pth; networks from scratch are compared alone") != unaided.out.npos);
    CHECK(unaided.out.find("frozen |") == unaided.out.npos);
    const fs::path answers = scratch / "logs/pretrained/seed=1.json";
    CHECK(!fs::exists(answers));
    const Outcome pretrained = run(scratch, "compare_pretrained", compare + "--trunk small");
    INFO(pretrained.err);
    REQUIRE(pretrained.status == 0);
    CHECK(weights_of_runs() == of_study);  // what the study trained is not trained again
    const auto points_of = [](const std::string& text) {
        std::istringstream line{text.substr(text.find("\n       1 "))};
        std::array<int, 5> numbers{};
        for (int& number : numbers) line >> number;
        return numbers;
    };
    const auto points = points_of(pretrained.out), points_alone = points_of(unaided.out);
    CHECK(points[1] == points_alone[1]);
    CHECK(points[2] == points_alone[2]);
    CHECK(points[3] > 12);  // of 34; by chance 7
    const auto kept = nlohmann::json::parse(text_of(answers));
    CHECK(kept["frozen"]["answers"].size() == 17);
    CHECK(kept["trunk"] == "small");
    for (const char* words : {"From scratch or pretrained: all categories", "frozen", "tuned", "by time of training", "heads"})
        CHECK_MESSAGE(text_of(scratch / "report/compare_pretrained.html").find(words) != std::string::npos, words);
    const auto answered = fs::last_write_time(answers);
    CHECK(points_of(run(scratch, "compare_pretrained", compare + "--trunk small").out) == points);
    CHECK(points_of(run(scratch, "compare_pretrained", compare).out) == points);  // there are no weights, but there are answers
    CHECK(fs::last_write_time(answers) == answered);

    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator{scratch / "photos"})
        if (entry.is_regular_file()) files.push_back(entry.path());
    REQUIRE(files.size() == 170);
    const fs::path weights = scratch / "logs/primary/base/kernel=3,filters=32,rate=0.001,seed=1/best.safetensors";
    const auto written = fs::last_write_time(weights);
    const Outcome again = run(scratch, "study", folders + quoted(files[0].parent_path()) + " " + quoted(scratch / "out"));
    CHECK(again.status == 1);  // standard output is no photograph
    CHECK(fs::last_write_time(weights) == written);
    CHECK(again.out.find(files[0].string() + ": ") != std::string::npos);
    // The lines of the tasks are those of the first time: nothing was trained again.
    const std::string lines_of_tasks = first.out.substr(0, first.out.find("trousers, "));
    CHECK(again.out.substr(0, again.out.find("trousers, ")) == lines_of_tasks);

    CHECK(text_of(scratch / "report/study.html").find("From scratch or pretrained: all categories") != std::string::npos);
    CHECK(fs::last_write_time(answers) == answered);
    // Photographs that are not those of the sets are not scored as if they were; answers that are not whole are none.
    write_bytes(answers, bytes_of_text("{"));
    fs::rename(files[0], scratch / "aside");
    fs::copy_file(files[1], files[0]);
    const Outcome changed = run(scratch, "compare_pretrained", compare + "--trunk small");
    CHECK(changed.status == 1);
    CHECK(changed.err.find(files[0].string() + ": it is not the photograph that convert_images read") != changed.err.npos);
    fs::rename(scratch / "aside", files[0]);

    // Each task's own program spells the networks that the study and `label` know, and learns as they do: it finds the study's runs, and
    // says the same of them.
    std::string lines_of_programs;
    for (const char* program : {"primary", "glasses", "trousers_all", "trousers_separate", "shoes_all", "shoes_separate", "every_label"}) {
        const Outcome alone = run(scratch, program, folders);
        INFO(alone.err);
        CHECK(alone.status == 0);
        lines_of_programs += alone.out;
    }
    CHECK(lines_of_programs == lines_of_tasks);
    CHECK(of_study.size() == 11);
    CHECK(weights_of_runs() == of_study);

    // examples/whole with these programs: it finds their runs, ends each part with the page about all, and does no part twice.
    const std::string whole = "--programs " + quoted(programs) + " --results " + quoted(scratch.folder()) + " --repeat 1 --threads 1 --last 2";
    const Outcome parts = run_file(scratch, WHOLE, whole + " -- --epochs 1");
    INFO(parts.err);
    CHECK(parts.status == 0);
    CHECK(parts.out.substr(0, lines_of_tasks.size()) == lines_of_tasks);
    const std::string page_of_parts = text_of(scratch / "report/study.html");
    for (const char* words : {"<td>primary, all seeds</td><td>primary.html</td>", "<td>dropout and L2</td><td>0 of 15 runs, not done yet</td>"})
        CHECK_MESSAGE(page_of_parts.find(words) != std::string::npos, words);
    const Outcome parts_again = run_file(scratch, WHOLE, whole + " -- --epochs 1");
    CHECK(parts_again.status == 0);
    CHECK(parts_again.out.empty());
    CHECK(weights_of_runs() == of_study);
    // Every part's program knows the part's words: what it lacks is sets, not an option.
    const Outcome list = run_file(scratch, WHOLE, "--programs . --results . --list");
    std::size_t listed = 0;
    std::istringstream lines_of_parts{list.out};
    for (std::string line; std::getline(lines_of_parts, line); ++listed) {
        std::istringstream words{line.substr(43, 38)};
        std::string program, others;
        words >> program;
        std::getline(words, others);
        CHECK_MESSAGE(run(scratch, program, others + " --data " + quoted(scratch / "nowhere") + " --models " + quoted(scratch / "models") +
                                                " --report " + quoted(scratch / "report"))
                              .status == 1,
                      line);
    }
    CHECK(listed == 17);

    for (const char* approach : {"all", "separate", "heads"}) {
        write_bytes(scratch / "bad.jpg", {});
        const Outcome labels =
            run(scratch, "label",
                "--json --approach " + std::string{approach} + " --models " + quoted(scratch / "models") + " " +
                    quoted(scratch / "photos") + " " + quoted(scratch / "bad.jpg") + " " + quoted(scratch / "none.jpg"));
        CHECK(labels.status == 1);
        std::istringstream lines{labels.out};
        std::size_t count = 0, errors = 0;
        for (std::string line; std::getline(lines, line); ++count) {
            const auto json = nlohmann::json::parse(line);
            if (json.contains("error")) {
                ++errors;
                continue;
            }
            const auto kind = std::ranges::find_if(fashion::kinds, [&](const fashion::Kind& each) {
                return each.category == json["category"] && each.type == json["type"] &&
                       (each.gender.empty() ? json["gender"].is_null() : json["gender"] == each.gender);
            });
            CHECK(kind != fashion::kinds.end());
            CHECK(json["labels"].size() == (json["gender"].is_null() ? 2 : 3));
            bool sure = !json["something_else"];
            for (const char* const label : {"category", "gender", "type"}) {
                const auto& confidence = json["confidence"][label];
                CHECK(confidence.is_null() == (json["something_else"] || json[label].is_null()));
                if (confidence.is_null()) continue;
                CHECK(confidence >= 0.0);
                CHECK(confidence <= 1.0);
                sure = sure && confidence >= 0.5;
            }
            CHECK(json["sure"] == sure);
        }
        CHECK(count == 172);
        CHECK(errors == 2);
    }
    for (const std::string approach : {"all", "heads"}) {
        const fs::path why = scratch / ("why-" + approach);
        const Outcome explained = run(scratch, "label",
                                      "--approach " + approach + " --models " + quoted(scratch / "models") + " --explain " +
                                          quoted(why) + " " + quoted(files[1]));
        CHECK(explained.status == 0);
        CHECK(std::distance(fs::directory_iterator{why}, {}) == 1);
        CHECK(fs::exists(why / (files[1].stem().string() + ".png")));
    }
}

TEST_CASE("one network with heads learns all labels of the photographs that it sees") {
    const Scratch scratch;
    REQUIRE(run(scratch, "draw_photos", "--per-class 20 --out " + quoted(scratch / "photos")).status == 0);
    REQUIRE(run(scratch, "convert_images", quoted(scratch / "photos") + " --out " + quoted(scratch / "sets")).status == 0);
    const Outcome trained = run(scratch, "every_label",
                                "--epochs 8 --data " + quoted(scratch / "sets") + " --models " + quoted(scratch / "models") +
                                    " --logs " + quoted(scratch / "logs") + " --report " + quoted(scratch / "report"));
    INFO(trained.err);
    REQUIRE(trained.status == 0);
    const Outcome labels = run(
        scratch, "label", "--json --approach heads --models " + quoted(scratch / "models") + " " + quoted(scratch / "photos"));
    REQUIRE(labels.status == 0);
    std::istringstream lines{labels.out};
    std::size_t count = 0, categories = 0, gendered = 0, genders = 0, types = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto json = nlohmann::json::parse(line);
        const fs::path folder = fs::path{json["image"].get<std::string>()}.parent_path();
        const auto kind = fashion::find_kind(folder.parent_path().filename().string(), folder.filename().string());
        REQUIRE(kind);
        const fashion::Kind& truth = fashion::kinds[*kind];
        categories += json["category"] == truth.category ? 1 : 0;
        types += json["type"] == truth.type ? 1 : 0;
        gendered += truth.gender.empty() ? 0 : 1;
        genders += json["gender"] == truth.gender ? 1 : 0;
    }
    REQUIRE(count == 340);
    // By chance a third, a half, and a quarter.
    CHECK(categories > 280);
    CHECK(genders > gendered * 6 / 10);
    CHECK(types > 340 * 4 / 10);
    // It answers with another network's weights as little as without any.
    fs::copy_file(scratch / "models/every-label.safetensors", scratch / "models/primary.safetensors");
    const Outcome other = run(scratch, "label", "--models " + quoted(scratch / "models") + " x.jpg");
    CHECK(other.status == 1);
    CHECK(other.err.find("primary.safetensors") != std::string::npos);
}

TEST_CASE("models and sets of something else are errors with both sides") {
    const Scratch scratch;
    const Outcome none = run(scratch, "label", "--models " + quoted(scratch.folder()) + " x.jpg");
    CHECK(none.status == 1);
    CHECK(none.err.find("primary.safetensors") != std::string::npos);
    CHECK(run(scratch, "study", "--repeat 0").status == 2);
    const std::string places = " --models " + quoted(scratch / "models") + " --report " + quoted(scratch / "report");
    CHECK(run(scratch, "study", "--data " + quoted(scratch / "nowhere") + places).status == 1);
    CHECK(run(scratch, "study", "--step drawing" + places).status == 2);
}
