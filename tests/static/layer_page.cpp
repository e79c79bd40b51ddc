// SPDX-License-Identifier: MIT
// docs/layers.md against the headers: every layer, every option and every sentence of the compiler stands there, and no other.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
    std::ifstream file{path};
    REQUIRE_MESSAGE(file, path.string());
    return {std::istreambuf_iterator<char>{file}, {}};
}

const fs::path root = fs::exists("../docs") ? ".." : ".";

std::vector<fs::path> layer_headers() {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator{root / "include/denim/layer"}) paths.push_back(entry.path());
    std::ranges::sort(paths);
    REQUIRE(paths.size() > 20);
    return paths;
}

// The first cells of the table below a heading, without backslashes.
std::vector<std::string> first_cells(const std::string& page, const std::string& heading) {
    const std::size_t begin = ("\n" + page).find("\n" + heading + "\n");
    REQUIRE_MESSAGE(begin != std::string::npos, heading);
    std::istringstream lines{page.substr(begin + heading.size() + 1)};
    std::vector<std::string> cells;
    for (std::string line; std::getline(lines, line) && !line.starts_with("#");) {
        if (!line.starts_with("| ")) continue;
        std::erase(line, '\\');
        cells.push_back(line.substr(2, line.find(" |", 2) - 2));
    }
    REQUIRE(cells.size() > 1);
    cells.erase(cells.begin());  // what the columns hold
    return cells;
}

// What static_assert says in a header: literals side by side are one.
std::vector<std::string> sentences_of(const std::string& text) {
    static const std::regex sentence{R"re("denim: ((?:[^"\\]|\\.)*)"((?:\s*"(?:[^"\\]|\\.)*")*))re"}, quotes{R"re("\s*")re"};
    std::vector<std::string> all;
    for (std::sregex_iterator match{text.begin(), text.end(), sentence}, end; match != end; ++match) {
        const std::string rest = (*match)[2];
        const std::size_t open = rest.find('"');
        std::string tail = open == std::string::npos ? "" : std::regex_replace(rest.substr(open + 1), quotes, "");
        if (!tail.empty()) tail.pop_back();
        all.push_back((*match)[1].str() + tail);
    }
    return all;
}

std::string pascal_case(const std::string& stem) {
    std::string name;
    bool upper = true;
    for (const char letter : stem) {
        if (letter != '_') name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(letter))) : letter;
        upper = letter == '_';
    }
    return name;
}

}  // namespace

TEST_CASE("every header of a layer has its row, and every row its layer") {
    const std::string page = read(root / "docs/layers.md");
    const std::set<std::string> others{
        "ActivationFunction", "Arithmetic",  "Branches", "Composition", "Concatenation", "Concept", "ConvBatchNorm",
        "ConvPool",           "ConvWindows", "Fusion",   "Options",     "Parameter",     "Pixels"};
    std::set<std::string> named;
    std::string all;
    for (const std::string& cell : first_cells(page, "# Layers")) named.insert(cell.substr(1, cell.find_first_of("<`", 1) - 1));
    for (const fs::path& path : layer_headers()) {
        all += read(path);
        const std::string name = pascal_case(path.stem().string());
        CHECK_MESSAGE((named.contains(name) || others.contains(name)), name << " has no row in docs/layers.md");
    }
    for (const std::string& name : named)
        CHECK_MESSAGE(
            (all.find("struct " + name + " ") != std::string::npos || all.find("using " + name + " =") != std::string::npos),
            name << " of docs/layers.md is in no header");
}

TEST_CASE("every option stands on the page") {
    const std::string page = read(root / "docs/layers.md"), options = read(root / "include/denim/layer/options.hpp");
    const std::string functions = read(root / "include/denim/layer/activation_function.hpp");
    std::size_t count = 0;
    const std::regex option{R"(\nstruct ([A-Z]\w*) \{)"};
    for (const std::string* text : {&options, &functions})
        for (std::sregex_iterator match{text->begin(), text->end(), option}, end; match != end; ++match, ++count) {
            const std::string name = (*match)[1];
            const bool found = std::regex_search(page, std::regex{"\\b" + name + "\\b"});
            CHECK_MESSAGE(found, name << " is not in docs/layers.md");
        }
    CHECK(count > 20);
}

TEST_CASE("every sentence of the compiler stands in the table, and no other") {
    const std::vector<std::string> rows = first_cells(read(root / "docs/layers.md"), "## What the compiler says");
    std::set<std::string> used;
    std::vector<fs::path> headers = layer_headers();
    headers.push_back(root / "include/denim/network/graph.hpp");
    std::size_t count = 0;
    for (const fs::path& path : headers)
        for (const std::string& sentence : sentences_of(read(path))) {
            ++count;
            const auto row = std::ranges::find_if(rows, [&](const std::string& text) { return sentence.starts_with(text); });
            CHECK_MESSAGE(row != rows.end(), path.filename().string() << ": " << sentence);
            if (row != rows.end()) used.insert(*row);
        }
    CHECK(count > 25);
    for (const std::string& row : rows) CHECK_MESSAGE(used.contains(row), "no header says: " << row);
}
