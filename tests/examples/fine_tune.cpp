// SPDX-License-Identifier: MIT
// docs/own_photographs.md is done as it says, with a small network in place of the pretrained one; then folders that are hard to learn.
#include "scratch.hpp"

#include <denim/image.hpp>
#include <denim/image/draw.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include <sys/wait.h>

namespace fs = std::filesystem;

namespace {

const fs::path programs = fs::path{PROGRAM}.parent_path();

std::string text_of(const fs::path& path) {
    const std::vector<std::byte> bytes = read_bytes(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Outcome {
    int status;
    std::string out, err;
};

/// Runs a command in the scratch folder, where neither weights nor a cache are.
Outcome run(const Scratch& scratch, const std::string& command) {
    const std::string in = "cd '" + scratch.folder().string() + "' && DENIM_PRETRAINED=none " + command + " > out 2> err";
    const int status = std::system(in.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(scratch / "out"), text_of(scratch / "err")};
}
std::string program(const std::string& name) { return "'" + (programs / name).string() + "' "; }

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A photograph of one colour with a bar, across or upright.
void write_photograph(const fs::path& path, denim::Colour colour, bool across, int place) {
    denim::Picture picture{denim::Size{24, 18}, colour};
    for (int n = 0; n < 18; ++n)
        for (int wide = 0; wide < 3; ++wide) denim::blend(picture, across ? n : place + wide, across ? place + wide : n, {0, 0, 0}, 1);
    fs::create_directories(path.parent_path());
    denim::write_png(path, picture);
}

constexpr const char* quick = " --inner 2 --versions 1 --body-epochs 1 ";

}  // namespace

TEST_CASE("the page about one's own photographs does what it says") {
    const Scratch scratch;
    fs::create_directories(scratch / "build/release");
    fs::create_directory_symlink(programs, scratch / "build/release/examples");
    std::istringstream page{text_of(fs::path{DOCS} / "own_photographs.md")};
    std::vector<std::string> commands;
    bool shell = false;
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with("```")) shell = line == "```sh";
        else if (shell) commands.push_back(line);
    }
    REQUIRE(commands.size() == 10);
    std::vector<std::string> said;
    for (std::string command : commands) {
        if (command.starts_with("cmake")) continue;  // they are built
        if (command == "examples/pretrained/get") {  // it needs a network; this is its stand-in
            CHECK(fs::exists(fs::path{DOCS} / ".." / command));
            continue;
        }
        if (const std::size_t at = command.find("--per-class 4"); at != command.npos) command.replace(at + 12, command.npos, "2");  // quick
        if (says(command, "fine_tune") && !says(command, "--split")) command += says(command, "--drawings") ? " --folds 0" : " --folds 2";
        if (says(command, "fine_tune")) command += quick;
        const Outcome outcome = run(scratch, command);
        INFO(command);
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        said.push_back(outcome.out);
    }
    REQUIRE(said.size() == 7);
    CHECK(says(said[1], "there are no pretrained weights at none/efficientnet-lite0-57934424.pth"));
    CHECK(says(said[1], "34 photographs of 17 kinds"));
    CHECK(says(said[1], "every label right: "));
    CHECK(std::ranges::count(said[2], '\n') == 2);
    CHECK(says(said[2], "photos/shoes/boots-female/"));
    const auto line = nlohmann::json::parse(said[3].substr(0, said[3].find('\n')));
    CHECK(line["labels"].size() >= 2);
    CHECK((line["something_else"].get<bool>() || line["confidence"]["category"].get<double>() > 0));
    CHECK(fs::exists(scratch / "explained"));
    CHECK(says(said[5], "drawings: 34 photographs of 17 kinds"));
    CHECK(said[5].find("drawings first: ") < said[5].find("photos: 34 photographs of 17 kinds"));
    CHECK(says(said[5], "photos: every label right: "));
    CHECK(says(said[5], "photos: trousers, every label right: "));
    CHECK(says(said[6], "begins with models/pretrained.safetensors"));
    CHECK(says(said[6], "split 1 of 1: every label of "));
    CHECK(says(said[6], " of 7 right; "));  // a fifth of 34
    for (const char* words : {"Learning", "Photographs that were kept back", "Mistakes", "Where it looks", "Grad-CAM", "Network"})
        CHECK_MESSAGE(says(text_of(scratch / "report/fine_tune.html"), words), words);
}

TEST_CASE("labels are folders of any depth; few photographs are said so, and learned all the same") {
    const Scratch scratch;
    for (int n = 0; n < 6; ++n) {
        const std::string name = std::to_string(n) + ".png";
        write_photograph(scratch / ("photos/red/" + name), {220, 30, 30}, n % 2 == 0, 2 + 2 * n);
        write_photograph(scratch / ("photos/blue/bars/across/" + name), {30, 30, 220}, true, 2 + 2 * n);
        write_photograph(scratch / ("photos/blue/bars/upright/" + name), {30, 30, 220}, false, 1 + 2 * n);
    }
    write_photograph(scratch / "photos/green/0.png", {30, 200, 30}, true, 4);
    write_bytes(scratch / "photos/red/no_photograph.png", bytes_of_text("nothing"));
    const Outcome learned =
        run(scratch, program("fine_tune") + "photos --report '' --folds 2 --inner 2 --versions 1 --body-epochs 4 --test photos");
    INFO(learned.err);
    REQUIRE(learned.status == 0);
    CHECK(says(learned.out, "19 photographs of 4 kinds"));
    CHECK(says(learned.out, "green: one photograph, too few to split"));
    CHECK(says(learned.err, "photos/red/no_photograph.png: "));
    CHECK(says(learned.out, "the first 2 labels right: "));
    // colours are easy: all are right about photographs that were seen, and most about those that were not
    const auto right = [&](const std::string& before) { return std::stoi(learned.out.substr(learned.out.find(before) + before.size())); };
    CHECK(right("\nthe first label right: ") >= 16);
    CHECK(right("photos: the first label right: ") == 19);

    const Outcome split = run(scratch, program("fine_tune") + "photos --out new/split.safetensors --report '' --split 0.3 --inner 2 --versions 1 --body-epochs 1");
    INFO(split.err);
    REQUIRE(split.status == 0);
    CHECK(says(split.out, "green: one photograph, too few to split; it is learned all the same, and none is kept back"));
    CHECK(says(split.out, "split 1 of 1: every label of "));
    CHECK(!says(split.out, "green, every label right"));
    CHECK(fs::exists(scratch / "new/split.safetensors"));
    const Outcome labelled =
        run(scratch, program("label") + "--approach pretrained --sure 0 --strange 0 photos/blue/bars/upright/2.png photos/green");
    CHECK(labelled.status == 0);
    INFO(labelled.out);
    CHECK(says(labelled.out, "photos/blue/bars/upright/2.png: blue "));
    CHECK(says(labelled.out, ", bars/"));
    CHECK(says(labelled.out, "photos/green/0.png: green "));
}

TEST_CASE("what is no folder of labelled photographs, and files that do not fit, are told") {
    const Scratch scratch;
    write_photograph(scratch / "one/red/0.png", {220, 30, 30}, true, 4);
    write_photograph(scratch / "none/0.png", {220, 30, 30}, true, 4);
    const Outcome one = run(scratch, program("fine_tune") + "one" + quick);
    CHECK(one.status == 1);
    CHECK(says(one.err, "one: photographs of at least 2 kinds were expected, label/.../photograph.jpg, but 1 came"));
    const Outcome none = run(scratch, program("fine_tune") + "none" + quick);
    CHECK(none.status == 1);
    CHECK(says(none.err, "none/0.png: it is in no folder that would be its label"));
    write_bytes(scratch / "pretrained.safetensors", bytes_of_text("nothing"));
    CHECK(run(scratch, program("label") + "--approach pretrained --models . one").status == 1);
    CHECK(run(scratch, program("fine_tune") + "one --from pretrained.safetensors").status == 1);
    CHECK(says(run(scratch, program("fine_tune") + "one --weights there").err, "examples/pretrained/get gets the weights"));
    CHECK(run(scratch, program("fine_tune") + "one --trunk large").status == 2);
    CHECK(run(scratch, program("fine_tune") + "one --size 224x224").status == 2);
    CHECK(run(scratch, program("fine_tune") + "one --split 0.2 --folds 5").status == 2);
    const Outcome sized = run(scratch, program("fine_tune") + "one --trunk small --size 225x193");
    CHECK(sized.status == 1);
    CHECK(says(sized.err, "--size 225x193: the small network, which begins anew, has no sizes but 120x90"));
    CHECK(run(scratch, program("fine_tune") + "one --drawings nowhere").status == 2);
}

TEST_CASE("numbers that no option takes, and places that cannot be written, are told before anything is computed") {
    const Scratch scratch;
    write_photograph(scratch / "photos/red/0.png", {220, 30, 30}, true, 4);
    write_photograph(scratch / "photos/blue/0.png", {30, 30, 220}, true, 4);
    write_bytes(scratch / "file", bytes_of_text("kept"));
    fs::create_directories(scratch / "folder");
    const std::pair<const char*, const char*> numbers[] = {
        {"--threads -1", "--threads: a whole number from 0 to 1024 was expected, but got -1"},
        {"--threads 99999999999999999999", "--threads: a whole number from 0 to 1024 was expected, but got 99999999999999999999"},
        {"--seed -1", "--seed: a whole number of at least 0 was expected, but got -1"},
        {"--folds 1", "--folds: at least 2 folds were expected, or 0 for none, but got 1"},
        {"--folds 2.5", "--folds: a whole number of at least 0 was expected, but got 2.5"},
        {"--body-epochs -3", "--body-epochs: a whole number from 0 to 100000 was expected, but got -3"},
        {"--last-epochs 0", "--last-epochs: a whole number from 1 to 100000 was expected, but got 0"},
        {"--split nan", "--split: a number from 0.01 to 0.9 was expected, but got nan"},
        {"--seed 1 --seed 2", "--seed: "},
        {"--photographs 0", "--photographs"}};
    for (const auto& [option, sentence] : numbers) {
        const Outcome outcome = run(scratch, program("fine_tune") + "photos " + option);
        INFO(option);
        INFO(outcome.err);
        CHECK(outcome.status == 2);
        CHECK(says(outcome.err, sentence));
    }
    CHECK(says(run(scratch, program("label") + "--models . --sure nan photos").err, "--sure: a number from 0 to 1 was expected, but got nan"));
    const std::pair<const char*, const char*> places[] = {{"--out folder", "folder: cannot be written: it is a folder"},
                                                          {"--out ''", "a file name was expected"},
                                                          {"--out file/x", "file: a folder was expected there, or none yet"},
                                                          {"--report file/x", "file: a folder was expected there, or none yet"},
                                                          {"--report folder", "folder: cannot be written: it is a folder"},
                                                          {"--folds 3 --report ''", "no more than the 2 samples, were expected, but got 3"}};
    for (const auto& [option, sentence] : places) {
        const Outcome outcome = run(scratch, program("fine_tune") + "photos " + option);
        INFO(option);
        INFO(outcome.err);
        CHECK(outcome.status == 1);
        CHECK(says(outcome.err, sentence));
        CHECK_FALSE(says(outcome.out, "features of"));
    }
    CHECK(text_of(scratch / "file") == "kept");
}

TEST_CASE("links that lead back, files that are none, and folders without photographs; what is printed into a full disk is told") {
    const Scratch scratch;
    for (int n = 0; n < 4; ++n) {
        const std::string name = std::to_string(n) + ".png";
        write_photograph(scratch / ("photos/red/" + name), {220, 30, 30}, n % 2 == 0, 2 + 2 * n);
        write_photograph(scratch / ("photos/blue/" + name), {30, 30, 220}, n % 2 == 0, 2 + 2 * n);
    }
    const std::string strange = "a name\nof two lines \xc3\xbc.png";
    write_photograph(scratch / ("photos/red/" + strange), {220, 30, 30}, true, 5);
    write_bytes(scratch / "photos/red/empty.png", bytes_of_text(""));
    fs::create_directories(scratch / "nothing");
    fs::create_symlink("self.png", scratch / "photos/red/self.png");
    fs::create_directory_symlink("../../photos", scratch / "photos/red/again");
    const std::string quickly = "photos --report '' --folds 0 --inner 2 --versions 1 --body-epochs 1 ";
    const Outcome learned = run(scratch, program("fine_tune") + quickly + "--out models/pretrained.safetensors");
    INFO(learned.err);
    REQUIRE(learned.status == 0);
    CHECK(says(learned.out, "photos: 9 photographs of 2 kinds"));
    CHECK(says(learned.err, "photos/red/again: it is a link to a folder that it is in"));
    CHECK(says(learned.err, "photos/red/self.png: it cannot be examined: "));
    CHECK(says(learned.err, "photos/red/empty.png: the file is empty"));
    const std::string label = program("label") + "--approach pretrained --models models ";
    const Outcome labelled = run(scratch, label + "--json photos");
    INFO(labelled.err);
    CHECK(labelled.status == 1);  // not all are photographs, but all that are have their labels
    CHECK(std::ranges::count(labelled.out, '\n') == 11);
    CHECK(says(labelled.out, "photos/red/a name\\nof two lines \xc3\xbc.png"));
    CHECK(says(labelled.err, "photos/red/self.png: cannot be opened for reading: "));
    write_photograph(scratch / "two\nlines/a\rb.png", {220, 30, 30}, true, 5);
    write_bytes(scratch / "two\nlines/none.png", bytes_of_text("nothing"));
    const Outcome lines = run(scratch, label + "photos/red/a*.png two*");
    CHECK(std::ranges::count(lines.out, '\n') == 2);
    CHECK(std::ranges::count(lines.err, '\n') == 1);
    CHECK(says(lines.out, "photos/red/a name\\x0Aof two lines \xc3\xbc.png: "));
    CHECK(says(lines.out, "two\\x0Alines/a\\x0Db.png: "));
    CHECK(says(lines.err, "label: two\\x0Alines/none.png: "));
    CHECK(says(run(scratch, label + "nothing").err, "at least one photograph was expected, but the folders have none"));
    CHECK(says(run(scratch, label + "--explain photos/red/0.png photos").err, "photos/red/0.png: a folder was expected there, or none yet"));
    CHECK(says(run(scratch, program("fine_tune") + quickly + "--out other.safetensors --test nothing").err,
               "nothing: at least one photograph was expected, label/.../photograph.jpg, but none came"));
    if (fs::exists("/dev/full")) {
        const Outcome full = run(scratch, "bash -c '" + ("\"" + (programs / "label").string() + "\" ") + "--approach pretrained --models models photos/blue > /dev/full'");
        CHECK(full.status == 1);
        CHECK(says(full.err, "label: what is printed cannot be written"));
    }
}
