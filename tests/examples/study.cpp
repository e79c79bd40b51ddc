// SPDX-License-Identifier: MIT
// The main job on a small wardrobe: drawn, converted, every task trained for an epoch, compared, labelled; then again, from its
// logs.
#include "scratch.hpp"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "fashion/catalogue.hpp"

namespace fs = std::filesystem;

namespace {

const fs::path programs = fs::path{PROGRAM}.parent_path();

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

std::string text_of(const fs::path& path) {
    const std::vector<std::byte> bytes = read_bytes(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Outcome {
    int status;
    std::string out, err;
};

Outcome run(const Scratch& scratch, const std::string& program, const std::string& words) {
    const int status = std::system(
        (quoted(programs / program) + " " + words + " > " + quoted(scratch / "out") + " 2> " + quoted(scratch / "err"))
            .c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(scratch / "out"), text_of(scratch / "err")};
}

}  // namespace

TEST_CASE("from drawn photographs to all labels of each, and again from what is there") {
    const Scratch scratch;
    REQUIRE(run(scratch, "draw_photos", "--per-class 10 --out " + quoted(scratch / "photos")).status == 0);
    REQUIRE(run(scratch, "convert_images", quoted(scratch / "photos") + " --out " + quoted(scratch / "sets")).status == 0);

    const std::string folders = " --data " + quoted(scratch / "sets") + " --models " + quoted(scratch / "models") + " --logs " +
                                quoted(scratch / "logs") + " --report " + quoted(scratch / "report") + " --epochs 1 ";
    const Outcome first = run(scratch, "study", folders);
    INFO(first.err);
    REQUIRE(first.status == 0);
    for (const fashion::Task& task : fashion::tasks) {
        CHECK(first.out.find(task.name) != std::string::npos);
        CHECK(fs::exists(scratch / ("models/" + std::string{task.name} + ".safetensors")));
        CHECK(fs::exists(scratch / ("report/" + std::string{task.name} + ".html")));
    }
    CHECK(first.err.find("run 1/1") != std::string::npos);
    const std::string page = text_of(scratch / "report/study.html");
    for (const char* words :
         {"trousers-gender", "One network or three: shoes", "All labels of the test photographs", "Confusion matrices"})
        CHECK_MESSAGE(page.find(words) != std::string::npos, words);

    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator{scratch / "photos"})
        if (entry.is_regular_file()) files.push_back(entry.path());
    REQUIRE(files.size() == 170);
    const fs::path weights = scratch / "logs/primary/base/kernel=3,filters=32,rate=0.001,seed=1/best.safetensors";
    const auto written = fs::last_write_time(weights);
    const Outcome again = run(scratch, "study", folders + quoted(files[0]) + " " + quoted(scratch / "out"));
    CHECK(again.status == 1);  // standard output is no photograph
    CHECK(fs::last_write_time(weights) == written);
    CHECK(again.out.find(files[0].string() + ": ") != std::string::npos);
    // The lines of the tasks are those of the first time: nothing was trained again.
    CHECK(again.out.substr(0, again.out.find("trousers, ")) == first.out.substr(0, first.out.find("trousers, ")));

    for (const char* approach : {"all", "separate"}) {
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
            CHECK(json["confidence"] >= 0.0);
            CHECK(json["confidence"] <= 1.0);
        }
        CHECK(count == 172);
        CHECK(errors == 2);
    }
    const Outcome explained =
        run(scratch, "label",
            "--models " + quoted(scratch / "models") + " --explain " + quoted(scratch / "why") + " " + quoted(files[1]));
    CHECK(explained.status == 0);
    CHECK(std::distance(fs::directory_iterator{scratch / "why"}, {}) == 1);
}

TEST_CASE("models and sets of something else are errors with both sides") {
    const Scratch scratch;
    const Outcome none = run(scratch, "label", "--models " + quoted(scratch.folder()) + " x.jpg");
    CHECK(none.status == 1);
    CHECK(none.err.find("primary.safetensors") != std::string::npos);
    CHECK(run(scratch, "study", "--repeat 0").status == 2);
    CHECK(run(scratch, "study", "--data " + quoted(scratch / "nowhere")).status == 1);
}
