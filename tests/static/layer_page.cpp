// SPDX-License-Identifier: MIT
// docs/layers.md against the headers: every layer, every activation and every option stands there, and no other.
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
    const std::set<std::string> others{"Arithmetic", "BatchConv",     "BatchNormPass", "Branches",    "Calls",       "Channelwise", "CheckLayer", "Composition", "Concatenation", "ConvChain",
                                       "Concept",    "Contract",      "Fusion",      "ConvPool",    "ConvWindows",  "ConvBatchNorm",
                                       "Options",    "NormSettings",  "Parameter",   "Pixels",      "WindowAxis",  "PartOfPicture",
                                       "SpellingTable", "SumActivation"};
    std::set<std::string> named;
    std::string all;
    for (const std::string& cell : first_cells(page, "# Layers")) named.insert(cell.substr(2, cell.find_first_of("<`", 2) - 2));
    for (const fs::path& path : layer_headers()) {
        all += read(path);
        if (path.stem().string().ends_with("_function")) continue;  // of activations, below
        const std::string name = pascal_case(path.stem().string());
        CHECK_MESSAGE((named.contains(name) || others.contains(name)), name << " has no row in docs/layers.md");
    }
    for (const std::string& name : named)
        CHECK_MESSAGE(
            (all.find("struct " + name + " ") != std::string::npos || all.find("using " + name + " =") != std::string::npos),
            name << " of docs/layers.md is in no header");
}

TEST_CASE("every option stands on the page") {
    const std::string page = read(root / "docs/layers.md");
    std::vector<std::string> texts{read(root / "include/denim/layer/options.hpp")};
    for (const fs::path& path : layer_headers())
        if (path.stem().string().ends_with("_function")) texts.push_back(read(path));
    std::size_t count = 0;
    const std::regex option{R"(\nstruct ([A-Z]\w*) (: [^{]+)?\{)"};
    for (const std::string& text : texts)
        for (std::sregex_iterator match{text.begin(), text.end(), option}, end; match != end; ++match, ++count) {
            const std::string name = (*match)[1];
            const bool found = std::regex_search(page, std::regex{"\\b" + name + "\\b"});
            CHECK_MESSAGE(found, name << " is not in docs/layers.md");
        }
    CHECK(count > 28);
}
