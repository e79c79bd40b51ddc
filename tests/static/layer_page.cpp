// SPDX-License-Identifier: MIT
// docs/layers.md against the headers: every layer, every option and every sentence of the compiler stands there, and no other.
#include <pages.hpp>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

TEST_CASE("every header of a layer has its row, and every row its layer") {
    const std::string page = read(root / "docs/layers.md");
    const std::set<std::string> others{
        "ActivationFunction", "Arithmetic",    "Branches", "CheckLayer",  "Composition", "Concatenation", "Concept",
        "Contract",           "ConvBatchNorm", "ConvPool", "ConvWindows", "Fusion",      "Options",       "Parameter", "Pixels"};
    std::set<std::string> named;
    std::string all;
    for (const std::string& cell : first_cells(page, "# Layers")) named.insert(cell.substr(2, cell.find_first_of("<`", 2) - 2));
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
            if (sentence.starts_with("layer: ")) continue;  // the contract's, for who writes one: docs/errors.md
            ++count;
            const auto row = std::ranges::find_if(rows, [&](const std::string& text) { return sentence.starts_with(text); });
            CHECK_MESSAGE(row != rows.end(), path.filename().string() << ": " << sentence);
            if (row != rows.end()) used.insert(*row);
        }
    CHECK(count > 25);
    for (const std::string& row : rows) CHECK_MESSAGE(used.contains(row), "no header says: " << row);
}
