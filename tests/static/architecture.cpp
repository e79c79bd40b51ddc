// SPDX-License-Identifier: MIT
// The folders and doors of docs/architecture.md, read from the include lines of the headers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

// The floors, from the ground up: each may use those that it names and what stands behind them.
const std::vector<std::pair<std::string, Names>> floors = {
    {"machine", {}},
    {"tensor", {"machine"}},
    {"image", {"tensor"}},
    {"format", {"tensor"}},
    {"data", {"image", "format"}},
    {"kernel", {"tensor"}},
    {"layer", {"kernel"}},
    {"loss", {"tensor"}},
    {"optimizer", {"tensor"}},
    {"metric", {"tensor"}},
    {"schedule", {"metric"}},
    {"network", {"layer", "loss"}},
    {"zoo", {"layer"}},
    {"training", {"data", "optimizer", "schedule", "network"}},
    {"exchange", {"training"}},
    {"report", {"training"}},
    {"sweep", {"report"}},
    {"ranks", {"training"}},
};
const std::map<std::string, Names> neighbours{floors.begin(), floors.end()};
// An umbrella stands on the floor that it has its name from; these are of no floor.
const Names of_many_floors{"denim.hpp", "all.hpp", "hdf5.hpp"};
// Umbrellas that all.hpp does without, and what their libraries' headers are called.
const std::vector<std::pair<std::string, std::string>> beside_all = {{"hdf5.hpp", "hdf5.h"}, {"ranks.hpp", "mpi.h"}};

// Where the headers of others may be included: nowhere else, and no others at all.
const std::vector<std::pair<std::string, std::string>> doors = {
    {"xtensor/.*", "tensor/.*"},
    {"xsimd/.*", "machine/simd\\.hpp"},
    {"omp\\.h", "machine/threads\\.hpp"},
    {"stb.*", "image/.*"},
    {"(limits|math|stdarg|stddef|stdint|stdlib|string)\\.h", "image/stb_.*"},  // what stb includes, outside its namespace
    {"zlib\\.h", "format/.*"},
    {"nlohmann/.*", "(format|exchange)/.*"},
    {"protozero/.*", "format/.*"},
    {"hdf5\\.h", "format/hdf5\\.hpp"},
    {"mpi\\.h", "ranks/mpi\\.hpp"},
    {"immintrin\\.h", "machine/.*"},
    {"arm_neon\\.h", "machine/.*"},
    {"sys/.*", "(machine|image|data|format|training)/.*"},
    {"(unistd|fcntl)\\.h", "(machine|image|data|format|training)/.*"},
};

struct Header {
    std::string folder;  // empty for an umbrella
    std::string text;
    std::vector<std::string> ours, others;  // what it includes: "machine/simd.hpp"; "xsimd/xsimd.hpp"
    long lines = 0;
};

// By path below include/denim.
std::map<std::string, Header> read_headers() {
    const fs::path top = fs::path{__FILE__}.parent_path().parent_path().parent_path() / "include" / "denim";
    static const std::regex include{R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])"};
    std::map<std::string, Header> headers;
    for (const auto& entry : fs::recursive_directory_iterator{top}) {
        if (!entry.is_regular_file() || entry.path().parent_path().filename() == "compiled") continue;  // sources, of all floors
        Header header;
        std::ifstream file{entry.path()};
        for (std::string line; std::getline(file, line); ++header.lines) {
            header.text += line + '\n';
            std::smatch found;
            if (!std::regex_search(line, found, include)) continue;
            const std::string name = found[1];
            if (name.starts_with("denim/"))
                header.ours.push_back(name.substr(6));
            else if (name.find_first_of("./") != std::string::npos)  // the standard library has neither
                header.others.push_back(name);
        }
        const std::string path = fs::relative(entry.path(), top).generic_string();
        if (const auto slash = path.find('/'); slash != std::string::npos) header.folder = path.substr(0, slash);
        headers.emplace(path, std::move(header));
    }
    return headers;
}

const std::map<std::string, Header>& headers() {
    static const auto all = read_headers();
    return all;
}

Names folders_behind(const std::string& folder) {
    Names behind = neighbours.at(folder);
    for (const std::string& next : neighbours.at(folder)) behind.merge(folders_behind(next));
    return behind;
}

// The header and all that it includes of ours, in the order in which the compiler ends them.
void follow(const std::string& path, std::vector<std::string>& order, Names& open) {
    REQUIRE_MESSAGE(!open.contains(path), path << " includes itself");
    if (std::ranges::find(order, path) != order.end()) return;
    REQUIRE_MESSAGE(headers().contains(path), path << " is included and does not exist");
    open.insert(path);
    for (const std::string& next : headers().at(path).ours) follow(next, order, open);
    open.erase(path);
    order.push_back(path);
}

std::vector<std::string> reached_from(const std::string& path) {
    std::vector<std::string> order;
    Names open;
    follow(path, order, open);
    return order;
}

bool matches(const std::string& text, const std::string& expression) { return std::regex_match(text, std::regex{expression}); }

// The code of a header: comments and texts are blanks.
std::string code_of(const std::string& text) {
    static const std::regex no_code{R"(//[^\n]*|"(\\.|[^"\\\n])*")"};
    return std::regex_replace(text, no_code, " ");
}

// What stands between the brackets of a namespace, one declaration each, without what it holds in namespaces of its own.
std::vector<std::string> declared_in(const std::string& code, const std::string& opened) {
    std::vector<std::string> all;
    for (std::size_t at = code.find(opened); at != code.npos; at = code.find(opened, at)) {
        at += opened.size();
        std::string one;
        for (int depth = 1; depth > 0 && at < code.size(); ++at) {
            depth += (code[at] == '{') - (code[at] == '}');
            if (!one.empty() || !std::isspace(static_cast<unsigned char>(code[at]))) one += code[at];
            const bool ended = depth == 1 && (code[at] == ';' || (code[at] == '}' && code[at + 1] != ';'));
            if (ended && !one.starts_with("namespace ")) all.push_back(one);
            if (ended) one.clear();
        }
    }
    return all;
}
const char* const plain = "\nnamespace denim {";
const char* const of_target = "\nnamespace denim::inline DENIM_TARGET {";

// The types that a declaration names: ours begin with a capital.
Names types_in(const std::string& declaration) {
    static const std::regex type{R"((^|[^\w:.])([A-Z]\w*))"};
    Names names;
    for (std::sregex_iterator at{declaration.begin(), declaration.end(), type}, end; at != end; ++at) names.insert((*at)[2]);
    return names;
}

Names declared_types(const std::string& declaration) {
    static const std::regex type{R"((struct|class|using) (\[\[[^\]]*\]\] )?(\w+))"};
    Names names;
    for (std::sregex_iterator at{declaration.begin(), declaration.end(), type}, end; at != end; ++at) names.insert((*at)[3]);
    return names;
}

bool has_body(std::string declaration) {
    static const std::regex leaves_no_symbol{R"(\[\[gnu::always_inline\]\][^{]*\{[^}]*\})"}, body{R"(\)[^\];()]*\{)"};
    return std::regex_search(std::regex_replace(declaration, leaves_no_symbol, ""), body);
}

// An enumeration, or a struct with members and nothing else.
bool is_data(const std::string& declaration) {
    if (declaration.starts_with("enum class ")) return true;
    static const std::regex more{R"(\b(template|friend|operator|virtual|detail::)|^struct \w+ :|\w\()"}, member{R"(\n    (?!static|using|struct|enum)[\w:<>,* ]+ \w+[^\n()]*;)"},
        value{R"( = [^;]*;)"};
    return declaration.starts_with("struct ") && std::regex_search(declaration, member) &&
           !std::regex_search(std::regex_replace(declaration, value, ";"), more);
}

}  // namespace

TEST_CASE("there are headers, each in a folder of the design, and none includes itself") {
    CHECK(headers().size() > 5);
    for (const auto& [path, header] : headers()) {
        CHECK_MESSAGE((header.folder.empty() || neighbours.contains(header.folder)),
                      path << ": a folder that the design does not know");
        CHECK_MESSAGE(std::ranges::count(path, '/') <= 1, path << ": deeper than one folder");
        reached_from(path);
    }
}

TEST_CASE("the floors stand in the way of the data: none uses a later one") {
    Names before;
    for (const auto& [folder, used] : floors) {
        for (const std::string& name : used) CHECK_MESSAGE(before.contains(name), folder << " uses " << name << ", which comes later");
        before.insert(folder);
    }
    CHECK(before.size() == floors.size());
}

TEST_CASE("headers include what stands before them on the way of the data") {
    for (const auto& [path, header] : headers()) {
        if (of_many_floors.contains(path)) continue;
        const std::string floor = header.folder.empty() ? fs::path{path}.stem().string() : header.folder;
        REQUIRE_MESSAGE(neighbours.contains(floor), path << " is the umbrella of no folder");
        Names allowed = folders_behind(floor);
        allowed.insert(floor);
        for (const std::string& other : header.ours)
            CHECK_MESSAGE(allowed.contains(other.substr(0, other.find('/'))), path << " includes " << other);
    }
}

TEST_CASE("the libraries of others come through their doors") {
    static const std::regex pragma{R"(#\s*pragma\s+omp|_Pragma\("omp)"}, intrinsic{R"(\b_mm\d*_\w+\()"};
    for (const auto& [path, header] : headers()) {
        for (const std::string& other : header.others) {
            const auto door = std::ranges::find_if(doors, [&](const auto& pair) { return matches(other, pair.first); });
            const bool open = door != doors.end() && matches(path, door->second);
            CHECK_MESSAGE(open, path << " includes " << other);
        }
        if (path != "machine/threads.hpp") CHECK_MESSAGE(!std::regex_search(header.text, pragma), path << " uses OpenMP");
        if (header.folder != "machine") CHECK_MESSAGE(!std::regex_search(header.text, intrinsic), path << " uses intrinsics");
    }
}

TEST_CASE("the core needs xtensor, xsimd, OpenMP and the standard library alone") {
    if (!headers().contains("denim.hpp")) return;
    for (const std::string& path : reached_from("denim.hpp"))
        for (const std::string& other : headers().at(path).others) {
            const auto known = {"xtensor/.*",   "xsimd/.*", "omp\\.h",           "immintrin\\.h",
                                "arm_neon\\.h", "sys/.*",   "(unistd|fcntl)\\.h"};
            const bool of_core = std::ranges::any_of(known, [&](const char* name) { return matches(other, name); });
            CHECK_MESSAGE(of_core, "denim.hpp reaches " << other << " through " << path);
        }
}

TEST_CASE("all.hpp reaches every header but those that need HDF5 or MPI, which are reached from hdf5.hpp and ranks.hpp") {
    if (!headers().contains("all.hpp")) return;
    auto reached = reached_from("all.hpp");
    for (const std::string& path : reached)
        for (const auto& [umbrella, library] : beside_all)
            CHECK_MESSAGE(std::ranges::find(headers().at(path).others, library) == headers().at(path).others.end(), path << " needs " << library);
    for (const auto& [umbrella, library] : beside_all)
        for (const std::string& path : reached_from(umbrella)) reached.push_back(path);
    for (const auto& [path, header] : headers())
        CHECK_MESSAGE(std::ranges::find(reached, path) != reached.end(), path << " is reached by nothing");
}

TEST_CASE("numbers become text by machine/number_text.hpp, which no locale reaches") {
    static const std::regex form{R"(%[-+#0]*(\d+|\*)?(\.(\d+|\*))?L?[aefgAEFG])"}, printing{R"(printf\()"},
        reading{R"(\b(sto[fd]|stold|strto[fd]|strtold|atof|sscanf|scanf)\()"}, stream{R"(\b[io]?(string|f)stream\b)"};
    for (const auto& [path, header] : headers()) {
        if (path.starts_with("image/stb_")) continue;
        const bool prints = std::regex_search(header.text, printing);
        CHECK_MESSAGE(!(prints && std::regex_search(header.text, form)), path << ": printf of a fraction; see detail::fixed and general");
        CHECK_MESSAGE(!std::regex_search(header.text, reading), path << ": reads a number; see detail::number_in");
        CHECK_MESSAGE(!std::regex_search(header.text, stream), path << ": makes a stream; see detail::sentence");
    }
}

TEST_CASE("what is thrown stands in plain denim, visible") {
    static const std::regex error{R"(\n(class|struct) ([^;{]*): public std::\w*(error|exception|argument|out_of_range) \{)"};
    std::size_t count = 0;
    for (const auto& [path, header] : headers())
        for (std::sregex_iterator at{header.text.begin(), header.text.end(), error}, end; at != end; ++at, ++count) {
            CHECK_MESSAGE((*at)[2].str().starts_with("[[gnu::visibility(\"default\")]] "),
                          path << ": " << (*at)[2].str() << " is hidden with -fvisibility=hidden");
            const std::string before = header.text.substr(0, static_cast<std::size_t>(at->position()) + 1);
            const auto opened = before.rfind("\nnamespace ");
            CHECK_MESSAGE(before.substr(opened + 1).starts_with("namespace denim {\n"),
                          path << ": " << (*at)[2].str() << " is another type in each target");
        }
    CHECK(count >= 4);
}

TEST_CASE("what is no code stands in plain denim, one type for all targets; what has a body stands in the target's namespace") {
    Names ours;
    for (const auto& [path, header] : headers())
        for (const std::string& each : declared_in(code_of(header.text), plain)) ours.merge(declared_types(each));
    CHECK(ours.size() > 50);
    const auto only_ours = [&](const std::string& declaration) {
        Names known = declared_types(declaration);
        known.insert(ours.begin(), ours.end());
        return std::ranges::all_of(types_in(declaration), [&](const std::string& type) { return known.contains(type); });
    };
    for (const auto& [path, header] : headers()) {
        const std::string code = code_of(header.text);
        for (const std::string& each : declared_in(code, plain)) {
            const std::string start = each.substr(0, each.find('{'));
            CHECK_MESSAGE(!has_body(each), path << ": plain denim holds a function: " << start);
            CHECK_MESSAGE(only_ours(each), path << ": plain denim holds a type of the target's namespace: " << start);
        }
        for (const std::string& each : declared_in(code, of_target))
            CHECK_MESSAGE(!(is_data(each) && only_ours(each)), path << ": can stand in plain denim: " << each.substr(0, each.find('{')));
    }
}

TEST_CASE("a header is one room") {
    for (const auto& [path, header] : headers()) {
        const std::string name = fs::path{path}.filename().string();
        CHECK_MESSAGE(header.text.starts_with("// SPDX-License-Identifier: MIT\n#pragma once\n"), path << ": how it begins");
        CHECK_MESSAGE(header.lines <= (header.folder == "kernel" ? 300 : 250), path << ": " << header.lines << " lines");
        CHECK_MESSAGE(matches(name, "[a-z][a-z0-9_]*\\.hpp"), path << ": names are in snake_case");
        CHECK_MESSAGE(!matches(name, ".*(util|helper|impl|misc|common).*"), path << ": a name that says nothing");
    }
}
