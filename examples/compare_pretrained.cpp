// SPDX-License-Identifier: MIT
// Networks from scratch, or one that others taught before (pretrained/get), its trunk frozen or its last blocks fine-tuned? All learn the study's
// training photographs and answer for the same test photographs, with every label. Ten seeds of each.
#include <CLI/CLI.hpp>

#include "command_line.hpp"
#include "fashion/pretrained_comparison.hpp"

int main(int count, char** words) {
    fashion::PretrainedOptions pretrained;
    return fashion::run_comparison(
        count, words, "compare_pretrained",
        "Compares networks from scratch with a pretrained one, frozen and fine-tuned, on the same test photographs.",
        [&](const fashion::Options& options) { return fashion::compare_pretrained(options, pretrained); },
        [&](CLI::App& app, fashion::Options&) {
            app.add_option("--photographs", pretrained.photographs, "the folder that convert_images read")->capture_default_str();
            app.add_option("--weights", pretrained.weights,
                           "pretrained weights of EfficientNet-Lite0, by examples/pretrained/get; where that puts them");
            app.add_option("--trunk", pretrained.trunk, "lite, or small, which nobody taught; lite where the weights are")
                ->check(CLI::IsMember({"lite", "small"}));
            app.add_option("--size", pretrained.size, "height and width of photographs for lite")
                ->check(CLI::IsMember({"225x193", "321x257", "449x353"}))
                ->capture_default_str();
            app.add_option("--versions", pretrained.versions, "of each training photograph; a seed learns the first and one of the others")
                ->check(command_line::whole_number(1, 1000))
                ->capture_default_str();
        });
}
