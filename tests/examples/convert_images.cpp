// SPDX-License-Identifier: MIT
// The program as users run it, on folders that the test draws and breaks.
#include <denim/data/data_set_file.hpp>
#include <denim/machine/random.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include "fashion/catalogue.hpp"
#include "picture_parts.hpp"
#include "scratch.hpp"

using namespace denim;
using namespace picture_files;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& path, const File& file) {
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(file.data()),
                                                static_cast<std::streamsize>(file.size()));
}

std::string text_of(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

struct Outcome {
    int status;
    std::string out, err;
};

/// Runs the program; `words` are for the shell.
Outcome run(const Scratch& scratch, const std::string& words) {
    const fs::path out = scratch / "out.txt", err = scratch / "err.txt";
    const int status =
        std::system((std::string{PROGRAM} + " " + words + " >'" + out.string() + "' 2>'" + err.string() + "'").c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(out), text_of(err)};
}

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

/// A picture that no other seed gives, and that survives any change of size: one colour.
File photograph(unsigned seed) {
    return encode_png(Picture{Size{40, 30}, Colour{static_cast<std::uint8_t>(seed), static_cast<std::uint8_t>(seed >> 8), 77}});
}

/// `each` photographs of every kind.
void draw(const fs::path& folder, unsigned each) {
    unsigned seed = 0;
    for (const fashion::Kind& kind : fashion::kinds)
        for (unsigned i = 0; i < each; ++i)
            put(folder / kind.category / kind.folder / (std::to_string(i) + ".png"), photograph(++seed));
}

/// The seed of a picture in a set.
unsigned seed_of(const DataSet& set, std::size_t index) {
    return static_cast<unsigned>(set.picture(index)[0] | set.picture(index)[1] << 8);
}

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder}) names.insert(entry.path().filename().string());
    return names;
}

}  // namespace

TEST_CASE("the study's sets: every photograph with its labels, in one part only") {
    const Scratch scratch;
    constexpr unsigned each = 20;
    draw(scratch / "photos", each);
    const Outcome outcome = run(scratch, quoted(scratch / "photos") + " --out " + quoted(scratch / "new" / "sets"));
    CHECK(outcome.err.find("340/340") != std::string::npos);
    REQUIRE(outcome.status == 0);
    CHECK(text_of(scratch / "new" / "sets" / "rejected.tsv").empty());
    std::map<unsigned, std::string> part_of;
    for (const fashion::Task& task : fashion::tasks) {
        std::size_t count = 0, asked = 0;
        for (const fashion::Kind& kind : fashion::kinds) asked += concerns(task, kind) ? each : 0;
        for (const std::string_view part : fashion::parts) {
            const auto file = scratch / "new" / "sets" / (std::string{task.name} + "-" + std::string{part} + ".npz");
            const DataSet set = read_data_set(file, class_names(task));
            const std::vector<std::int32_t> shown = Npz{file}.read("kinds").as<std::int32_t>();
            REQUIRE(shown.size() == set.size());
            CHECK(set.shape() == Shape{120, 90, 3});
            for (std::size_t i = 0; i < set.size(); ++i) {
                const unsigned seed = seed_of(set, i);
                const fashion::Kind& kind = fashion::kinds[(seed - 1) / each];
                CHECK(set.label(i) == label(task, kind));
                CHECK(static_cast<unsigned>(shown[i]) == (seed - 1) / each);
                CHECK(part_of.emplace(seed, part).first->second == part);
            }
            CHECK(std::abs(static_cast<double>(set.size()) - static_cast<double>(asked) * (part == "train" ? 0.8 : 0.1)) <= 1);
            count += set.size();
        }
        CHECK(count == asked);
    }
    CHECK(part_of.size() == 340);
    CHECK(names_in(scratch / "new" / "sets").size() == 33);
    const std::string labels = text_of(scratch / "new" / "sets" / "labels.json");
    CHECK(labels.find("\"primary\": [\"glasses\", \"trousers\", \"shoes\"]") != std::string::npos);
    CHECK(labels.find("\"trousers-all\": [\"trousers-male\", \"jeans-male\", \"trousers-female\", \"jeans-female\"]") !=
          std::string::npos);
    CHECK(labels.find("\"shoes-male\": [\"boots\", \"trainers\", \"sandals\", \"formal\", \"others\"]") != std::string::npos);
}

TEST_CASE("a seed gives the same bytes for any number of threads; size and shares are followed") {
    const Scratch scratch;
    draw(scratch / "photos", 4);
    const std::string from = quoted(scratch / "photos") + " --out ";
    REQUIRE(run(scratch, from + quoted(scratch / "a") + " --threads 1").status == 0);
    REQUIRE(run(scratch, from + quoted(scratch / "b") + " --threads 3").status == 0);
    REQUIRE(run(scratch, from + quoted(scratch / "c") + " --seed 2 --size 10x20 --split 1,1,2").status == 0);
    for (const std::string& name : names_in(scratch / "a"))
        CHECK(text_of(scratch / "a" / name) == text_of(scratch / "b" / name));
    const DataSet set = read_data_set(scratch / "c" / "primary-test.npz");
    CHECK(set.shape() == Shape{20, 10, 3});
    CHECK(set.size() == 34);
    CHECK(text_of(scratch / "a" / "split.tsv") != text_of(scratch / "c" / "split.tsv"));
}

TEST_CASE("broken input loses no good photograph and every bad one is named") {
    const Scratch scratch;
    const fs::path photos = scratch / "photos", boots = photos / "shoes" / "boots-male",
                   optical = photos / "glasses" / "optical";
    draw(photos, 2);
    const Picture picture = pattern({64, 48});
    const File jpeg = encode_jpeg(picture), png = encode_png(picture);
    File noise(4000), damaged = png, text;
    Random random{Seed{1}};
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random.below(256));
    for (std::size_t i = 60; i < 200; ++i) damaged[i] = 0xFF;
    append(text, "<html><body>404 Not Found</body></html>");
    const std::map<std::string, File> broken{
        {"empty.jpg", {}},
        {"cut-half.jpg", cut(jpeg, 0.5)},
        {"cut-end.jpg", File(jpeg.begin(), jpeg.end() - 2)},
        {"cut-header.jpg", File(jpeg.begin(), jpeg.begin() + 30)},
        {"only-start.jpg", File(jpeg.begin(), jpeg.begin() + 3)},
        {"cut.png", cut(png, 0.6)},
        {"cut.bmp", cut(bmp(picture), 0.6)},
        {"cut.gif", cut(gif({48, 48}, {std::vector<unsigned>(48 * 48, 1)}), 0.6)},
        {"cut.tga", cut(tga(picture), 0.6)},
        {"cut.psd", cut(psd(picture), 0.6)},
        {"cut.ppm", cut(pnm(picture), 0.6)},
        {"damaged.png", damaged},
        {"page.png", text},
        {"zeros.jpg", File(4000)},
        {"noise.jpg", noise},
        {"huge.png", png_header(60'000, 60'000)},
        {"nothing.png", png_header(0, 5)},
        {"na\xFFme.jpg", jpeg},
    };
    for (const auto& [name, file] : broken) put(boots / name, file);
    std::set<std::string> bad;
    for (const auto& [name, file] : broken) bad.insert("shoes/boots-male/" + name);
    fs::create_symlink("nowhere.jpg", boots / "to-nothing.jpg");
    fs::create_symlink("loop.jpg", boots / "loop.jpg");
    fs::create_directory(boots / "folder.jpg");
    ::mkfifo((boots / "pipe.jpg").c_str(), 0600);
    put(boots / "too-long.jpg", jpeg);
    fs::resize_file(boots / "too-long.jpg", std::uintmax_t{3} << 30);
    put(photos / "shoes" / "boots-unisex" / "a.jpg", jpeg);
    put(photos / "shoes" / "stray.jpg", jpeg);
    put(photos / "stray.jpg", jpeg);
    for (const char* name : {"to-nothing.jpg", "loop.jpg", "folder.jpg", "pipe.jpg", "too-long.jpg"})
        bad.insert(std::string{"shoes/boots-male/"} + name);
    for (const char* name : {"shoes/boots-unisex/a.jpg", "shoes/stray.jpg", "stray.jpg"}) bad.insert(name);
    REQUIRE(bad.size() == 26);

    // Good ones in all kinds and under all sorts of names, beside the bad ones and elsewhere.
    put(optical / "no ending", jpeg);
    put(optical / "tab\there\nline.jpg", bmp(pattern({20, 20}, 3)));
    put(optical / "back\\slash 'quote'.jpg", tga(pattern({20, 20}, 4)));
    put(optical / "\xD0\xB4\xD0\xB6\xD0\xB8\xD0\xBD\xD1\x81\xD1\x8B.GIF", gif({8, 8}, {std::vector<unsigned>(64, 2)}));
    put(optical / (std::string(251, 'x') + ".psd"), psd(pattern({20, 20}, 5)));
    put(optical / "wrong-ending.png", pnm(pattern({20, 20}, 6)));
    put(boots / "turned.jpg", with_orientation(jpeg, 6));
    put(boots / "large.png", encode_png(pattern({3000, 2000})));
    put(optical / "thin.ppm", pnm(pattern({1, 3000}, 7)));
    put(optical / "long-header.psd", psd({.size = {1, 2}, .resources = File(70'000), .rows = {0, 0, 1, 2, 3, 4, 5, 6}}));
    File commented = pnm(pattern({20, 20}, 8));
    commented.insert(commented.begin() + 3, 70'000, '#');
    commented[70'002] = '\n';
    put(optical / "long-comment.ppm", commented);
    fs::create_symlink("turned.jpg", boots / "link.jpg");
    const std::size_t good = 2 * 17 + 12;

    const std::string from = quoted(photos) + " --out " + quoted(scratch / "sets");
    const Outcome outcome = run(scratch, from);
    CHECK(outcome.status == 1);
    std::set<std::string> named;
    std::istringstream table{text_of(scratch / "sets" / "rejected.tsv")};
    for (std::string line; std::getline(table, line);) {
        const std::size_t tab = line.find('\t');
        REQUIRE(tab != std::string::npos);
        CHECK(line.size() > tab + 5);
        CHECK(line.find('\t', tab + 1) == std::string::npos);
        std::string name = line.substr(0, tab);
        CHECK(outcome.err.find(name) != std::string::npos);
        if (const std::size_t at = name.find("\\xFF"); at != std::string::npos) name.replace(at, 4, "\xFF");
        named.insert(name);
    }
    CHECK(named == bad);
    std::size_t count = 0;
    for (const std::string_view part : fashion::parts)
        count += read_data_set(scratch / "sets" / ("primary-" + std::string{part} + ".npz")).size();
    CHECK(count == good);

    fs::remove_all(scratch / "sets");
    const Outcome strict = run(scratch, from + " --strict");
    CHECK(strict.status == 1);
    CHECK(strict.err.find("nothing is written") != std::string::npos);
    CHECK_FALSE(fs::exists(scratch / "sets"));
    CHECK(names_in(scratch.folder()) == std::set<std::string>{"photos", "out.txt", "err.txt"});
}

TEST_CASE("the same pixels go to one part, and are told about") {
    const Scratch scratch;
    draw(scratch / "photos", 2);
    for (unsigned i = 0; i < 20; ++i)
        put(scratch / "photos" / "shoes" / "heels-female" / ("copy" + std::to_string(i) + ".png"), photograph(999));
    put(scratch / "photos" / "shoes" / "others-female" / "copy.png", photograph(999));
    const Outcome outcome = run(scratch, quoted(scratch / "photos") + " --out " + quoted(scratch / "sets"));
    CHECK(outcome.status == 0);
    CHECK(outcome.err.find("duplicate: ") != std::string::npos);
    int with = 0;
    for (const std::string_view part : fashion::parts) {
        const DataSet set = read_data_set(scratch / "sets" / ("primary-" + std::string{part} + ".npz"));
        int copies = 0;
        for (std::size_t i = 0; i < set.size(); ++i) copies += seed_of(set, i) == 999;
        CHECK((copies == 0 || copies == 21));
        with += copies != 0;
    }
    CHECK(with == 1);
}

TEST_CASE("wrong use is status 2, work that fails is status 1") {
    const Scratch scratch;
    draw(scratch / "photos", 1);
    fs::create_directory(scratch / "empty");
    const std::string photos = quoted(scratch / "photos"), out = " --out " + quoted(scratch / "sets");
    for (const std::string& words :
         {std::string{}, photos, out, photos + out + " --size 90", photos + out + " --size 0x5", photos + out + " --size -3x5",
          photos + out + " --split 80,20", photos + out + " --split 0,0,0", photos + out + " --colour", photos + out + " --seed -1", photos + out + " --threads -1",
          quoted(scratch / "none") + out}) {
        CAPTURE(words);
        const Outcome outcome = run(scratch, words);
        CHECK(outcome.status == 2);
        CHECK(outcome.err.size() + outcome.out.size() > 10);
    }
    CHECK(run(scratch, "--help").status == 0);
    CHECK(run(scratch, quoted(scratch / "empty") + out).status == 1);
    CHECK_FALSE(fs::exists(scratch / "sets"));
    const Outcome nowhere = run(scratch, photos + " --out ''");
    CHECK(nowhere.status == 1);
    CHECK(nowhere.err.find("the name of a folder was expected") != std::string::npos);
    put(scratch / "file", {1});
    CHECK(run(scratch, photos + " --out " + quoted(scratch / "file")).status == 1);
    CHECK(run(scratch, photos + " --out " + quoted(scratch / "file" / "sets")).status == 1);
}
