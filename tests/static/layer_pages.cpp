// SPDX-License-Identifier: MIT
// docs/layers/*.md against docs/layers.md and the headers: each layer has its page, with all sections, options and sentences.
#include <pages.hpp>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

/// A line of the table of layers: what it calls the layer, the page behind the name, the options.
struct Line {
    std::string name, page, options;
};

std::vector<Line> lines_of_the_table() {
    static const std::regex link{R"(\[`(\w+)(<.*>)?`\]\(layers/(\w+)\.md\))"};
    std::vector<Line> lines;
    for (const auto& cells : table_below(read(root / "docs/layers.md"), "# Layers")) {
        std::smatch match;
        const bool linked = std::regex_match(cells.at(0), match, link);
        CHECK_MESSAGE(linked, cells[0] << " is no link to its page");
        if (linked) lines.push_back({match[1], match[3], cells.at(2)});
    }
    REQUIRE(lines.size() > 15);
    return lines;
}

/// The pages by their stems; each run of blanks and line ends is one blank.
std::map<std::string, std::string> pages() {
    static const std::regex blanks{R"(\s+)"};
    std::map<std::string, std::string> all;
    for (const fs::path& path : files_in("docs/layers"))
        all[path.stem().string()] = std::regex_replace(read(path), blanks, " ");
    return all;
}

/// What stands between backticks.
std::string code_of(const std::string& text) {
    static const std::regex quoted{R"(`([^`]+)`)"};
    std::string code;
    for (std::sregex_iterator match{text.begin(), text.end(), quoted}, end; match != end; ++match)
        code += (*match)[1].str() + " ";
    return code;
}

/// Which pages have to show a sentence, by the header that says it and the word that it begins with.
std::set<std::string> pages_for(const std::string& header, const std::string& sentence) {
    if (sentence.starts_with("layer: ")) return {};  // the contract's, for who writes one: docs/errors.md
    if (header == "conv_windows") return {"conv", "depthwise_conv"};
    if (sentence.starts_with("Epsilon:")) return {"batch_norm", "layer_norm"};  // GroupNorm and InstanceNorm send there
    if (sentence.starts_with("Momentum:")) return {"batch_norm"};
    if (header == "options") return {"conv"};
    if (header.ends_with("_function")) return {"activation"};
    if (header == "graph" || header == "input") return {sentence.starts_with("Heads:") ? "heads" : "sequential"};
    return {header};
}

}  // namespace

TEST_CASE("every layer of the table has a page, and every page a layer") {
    std::set<std::string> linked, stems;
    for (const Line& line : lines_of_the_table()) {
        linked.insert(line.page);
        const fs::path page = root / "docs/layers" / (line.page + ".md");
        REQUIRE_MESSAGE(fs::exists(page), line.name << " has no page " << page.string());
        CHECK_MESSAGE(read(page).find("`" + line.name) != std::string::npos, page.string() << " does not name " << line.name);
    }
    for (const fs::path& path : files_in("docs/layers")) {
        CHECK_MESSAGE(path.extension() == ".md", path.string());
        CHECK_MESSAGE(linked.contains(path.stem().string()), path.string() << " has no line in docs/layers.md");
        CHECK_MESSAGE(read(path).starts_with("# " + pascal_case(path.stem().string()) + "\n\n"), path.string());
    }
}

TEST_CASE("every page has the sections in their order, and a program that checks itself") {
    const std::vector<std::string> sections{"Spelling",
                                            "Shape",
                                            "Formula",
                                            "Parameters",
                                            "Training and prediction",
                                            "Keras and PyTorch",
                                            "Fusion",
                                            "What the compiler says",
                                            "Program"};
    for (const fs::path& path : files_in("docs/layers")) {
        const std::string page = path.string(), text = read(path);
        std::vector<std::string> found;
        static const std::regex heading{R"(\n## ([^\n]+)\n\n(?=[^#\n]))"};
        for (std::sregex_iterator match{text.begin(), text.end(), heading}, end; match != end; ++match)
            found.push_back((*match)[1]);
        CHECK_MESSAGE(found == sections, page);
        const std::size_t program = text.find("\n```cpp\n#include <denim/denim.hpp>\n");
        REQUIRE_MESSAGE(program != std::string::npos, page);
        CHECK_MESSAGE(text.find("\nstatic_assert(", program) != std::string::npos, page);
        CHECK_MESSAGE(text.find("::output", program) != std::string::npos, page);
        CHECK_MESSAGE(text.find("::parameter_count", program) != std::string::npos, page);
        CHECK_MESSAGE(text.find("\nint main() {\n", program) != std::string::npos, page);
        CHECK_MESSAGE(text.find("\n```\n\nprints\n\n```text\n", program) != std::string::npos, page);
    }
}

TEST_CASE("every option of the table is spelled on the layer's page") {
    const auto texts = pages();
    const std::vector<Line> lines = lines_of_the_table();
    std::size_t count = 0;
    for (const Line& line : lines) {
        REQUIRE(texts.contains(line.page));
        const std::string &text = texts.at(line.page), spelled = code_of(text.substr(0, text.find(" ## Shape ")));
        std::string options = code_of(line.options);
        if (line.options.starts_with("as Conv")) options += code_of(lines.front().options);
        static const std::regex word{R"(\b[A-Z]\w*|\b[a-z]\w+)"};
        for (std::sregex_iterator part{options.begin(), options.end(), word}, end; part != end; ++part) {
            const std::string name = part->str();
            if (name == "or") continue;
            ++count;
            const bool found = std::regex_search(spelled, std::regex{"\\b" + name + "\\b"});
            CHECK_MESSAGE(found,
                          name << ", an option of " << line.name << ", is not spelled in docs/layers/" << line.page << ".md");
        }
    }
    CHECK(lines.front().name == "Conv");
    CHECK(count > 40);
}

TEST_CASE("every sentence of the compiler stands on the page of its layer") {
    const auto texts = pages();
    std::vector<fs::path> headers = layer_headers();
    for (const char* const other : {"graph", "input"}) headers.push_back(root / "include/denim/network" / (std::string{other} + ".hpp"));
    std::size_t count = 0;
    for (const fs::path& path : headers)
        for (const std::string& sentence : sentences_of(read(path)))
            for (const std::string& page : pages_for(path.stem().string(), sentence)) {
                ++count;
                REQUIRE_MESSAGE(texts.contains(page), path.string()
                                                          << " says something, but there is no page " << page << ".md");
                CHECK_MESSAGE(texts.at(page).find("`" + sentence + "`") != std::string::npos,
                              "docs/layers/" << page << ".md does not have: " << sentence);
            }
    CHECK(count > 30);
}

TEST_CASE("no page quotes a sentence that the compiler does not say") {
    std::vector<fs::path> headers = layer_headers();
    for (const char* other : {"network/graph.hpp", "network/input.hpp", "kernel/pool.hpp"}) headers.push_back(root / "include/denim" / other);
    std::set<std::string> said;
    for (const fs::path& path : headers)
        for (const std::string& sentence : sentences_of(read(path))) said.insert(sentence);
    static const std::regex quoted{R"(`([A-Z]\w*: [^`]*)`)"};
    std::size_t count = 0;
    for (const auto& [page, text] : pages())
        for (std::sregex_iterator match{text.begin(), text.end(), quoted}, end; match != end; ++match, ++count)
            CHECK_MESSAGE(said.contains((*match)[1]), "docs/layers/" << page << ".md: " << (*match)[1]);
    CHECK(count > 30);
}
