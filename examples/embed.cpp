// SPDX-License-Identifier: MIT
// Writes trained weights as a C++ header, so that a program has its network within:
//     embed primary.safetensors primary_weights.hpp --name primary_weights
// In the program: #include "primary_weights.hpp" and load_embedded<Primary>(primary_weights).
#include <denim/format/embed.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

int main(int count, char** arguments) {
    std::string file, header, name = "weights";
    CLI::App app{"Writes a file of weights as a C++ header"};
    app.add_option("file", file, "the weights, as denim::save wrote them")->required();
    app.add_option("header", header, "the header to write")->required();
    app.add_option("--name", name, "the name of the variable")->capture_default_str();
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        if (const auto folder = std::filesystem::path{header}.parent_path(); !folder.empty())
            std::filesystem::create_directories(folder);
        denim::embed(file, header, name);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
