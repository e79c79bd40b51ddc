// SPDX-License-Identifier: MIT
// What the reader of ONNX graphs makes of many files at once; onnx_node_cases.py compares.
//     onnx_cases FOLDER     for each NAME.onnx writes NAME.txt: "spelled H W C" (of the picture), "H W C" of the result and the
//                           spelling; or "refused" and the sentence. For pictures NAME.x.npy (N, H, W, C) writes NAME.y.npy.
#include "../graph_values.hpp"

#include <denim/exchange/spell_onnx.hpp>
#include <denim/format/npy.hpp>
#include <denim/format/onnx.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

using namespace denim;

namespace {

void evaluate(const LayerGraph& graph, const std::filesystem::path& pictures, const std::filesystem::path& results) {
    const AnyArray array = read_npy(pictures);
    const std::vector<float> numbers = array.as<float>();
    const GraphValues values{graph};
    std::vector<float> all;
    for (std::size_t at = 0; at < numbers.size(); at += graph.picture.size())
        for (const double number : values(std::span{numbers}.subspan(at, graph.picture.size()))) all.push_back(static_cast<float>(number));
    write_npy(results, AnyArray::of(std::span<const float>{all}, {array.shape[0], all.size() / array.shape[0]}));
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "use: %s FOLDER\n", arguments[0]);
        return 2;
    }
    for (const auto& entry : std::filesystem::directory_iterator{arguments[1]}) {
        std::filesystem::path path = entry.path();
        if (path.extension() != ".onnx") continue;
        const auto beside = [&](const char* ending) { return std::filesystem::path{path}.replace_extension(ending); };
        std::ofstream text{beside(".txt")};
        try {
            const OnnxModel model = read_onnx(path);
            const LayerGraph graph = onnx_layer_graph(path.filename().string(), model);
            const auto words = [](Shape shape) { return detail::sentence(shape.height, ' ', shape.width, ' ', shape.channels); };
            const std::string spelling = detail::spell_graph(path.filename().string(), graph, path.stem().string());
            text << "spelled " << words(graph.picture) << '\n' << words(graph.shape(graph.result)) << '\n' << spelling;
            if (std::filesystem::exists(beside(".x.npy"))) evaluate(graph, beside(".x.npy"), beside(".y.npy"));
        } catch (const FileError& error) {
            text << "refused\n" << error.what() << '\n';
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s: %s\n", path.c_str(), error.what());
            return 1;
        }
    }
}
