// SPDX-License-Identifier: MIT
#pragma once

// A network as a table: layers, shapes, parameters, work, the kernel that was chosen; and what the program runs on.

#include <denim/machine/each_index.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/machine/simd.hpp>
#include <denim/machine/threads.hpp>
#include <denim/network/network.hpp>
#include <denim/network/plan.hpp>
#include <denim/network/steps.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// "5,504"
DENIM_ONCE std::string with_commas(std::size_t number);

using TableLine = std::vector<std::string>;

/// Lines of as many columns each, the first of them the header; the columns from `first_number` to the one before `last_number` stand to the right.
DENIM_ONCE std::string format_table(const std::vector<TableLine>& lines, std::size_t first_number, std::size_t last_number);

}  // namespace detail

/// "AVX-512, 16 floats in a vector; 2 threads; fp32", and how to cure a build that leaves this machine's vector units idle.
DENIM_ONCE std::string machine_line(std::string_view precision);

namespace detail {

/// A node of a plan, as the table of layers shows it.
struct NodeLine {
    std::size_t first = 0, entries = 0;  ///< of the flat list
    std::size_t operations = 0;
    const char* algorithm = "";
    bool again = false;  ///< it is computed again on the way back
    std::size_t moved_forward = 0, moved_backward = 0;  ///< bytes that it reads and writes for a sample: values, gradients, weights, sums
};

template <class Plan>
inline constexpr auto node_lines = [] {
    std::array<NodeLine, Plan::count> all{};
    each_index<0, Plan::count>([&]<std::size_t Index>() {
        using Layer = typename Plan::template LayerAt<Index>;
        constexpr Node node = Plan::template node<Index>;
        std::size_t inputs = 0;
        for (std::size_t n = 0; n < node.inputs; ++n) inputs += Plan::layouts[node.from[n]].size();
        const std::size_t output = Plan::layouts[node.to].size();
        const std::size_t weights = Layer::prepared_size + (Layer::forward_reads_parameters ? Plan::template parameter_count<Index> : 0);
        constexpr std::size_t unit = sizeof(typename Plan::Stored), unit_of_sums = sizeof(typename Plan::Computed);
        all[Index] = {node.first, node.entries, Layer::operations, Layer::algorithm, Steps<Plan>::repeated(Index),
                      unit * (inputs + output + weights), 0};
        if constexpr (Plan::mode == Mode::training)
            all[Index].moved_backward = unit * ((Layer::backward_reads_input ? inputs : 0) + (Layer::backward_reads_output ? output : 0) + inputs + output +
                                                weights) +
                                        unit_of_sums * 2 * Layer::accumulator_size;
    });
    return all;
}();

DENIM_ONCE std::string summary_of(const GraphTable& graph, std::span<const NodeLine> nodes, std::span<const Row> rows, std::string_view precision);

}  // namespace detail

template <class Input, class Body, class Arithmetic>
std::string Network<Input, Body, Arithmetic>::summary() const {
    return detail::summary_of(graph_table<Graph>, detail::node_lines<Plan<Graph, Arithmetic, Mode::training>>, rows(), Arithmetic::precision);
}

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

namespace denim::inline DENIM_TARGET {
namespace detail {

/// "0.421 G", "17.3 M", "920"
inline std::string with_unit(std::size_t number) {
    const auto value = static_cast<double>(number);
    if (value >= 1e8) return fixed(value / 1e9, 3) + " G";
    return value >= 1e4 ? fixed(value / 1e6, 3) + " M" : std::to_string(number);
}

DENIM_ONCE std::string with_commas(std::size_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

DENIM_ONCE std::string format_table(const std::vector<TableLine>& lines, std::size_t first_number, std::size_t last_number) {
    std::vector<std::size_t> widths(lines.at(0).size());
    for (const TableLine& line : lines)
        for (std::size_t column = 0; column < widths.size(); ++column) widths[column] = std::max(widths[column], line[column].size());
    std::string text;
    for (std::size_t number = 0; number < lines.size(); ++number) {
        std::string row;
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const std::string& cell = lines[number][column];
            const std::string padding(widths[column] - cell.size(), ' ');
            const bool to_the_right = first_number <= column && column < last_number;
            row += (to_the_right ? padding + cell : cell + padding) + (column + 1 < widths.size() ? "  " : "");
        }
        row.erase(row.find_last_not_of(' ') + 1);
        text += row + '\n';
        if (number == 0) {
            std::size_t width = 2 * (widths.size() - 1);
            for (const std::size_t column : widths) width += column;
            text += std::string(width, '-') + '\n';
        }
    }
    return text;
}

DENIM_ONCE std::string summary_of(const GraphTable& graph, std::span<const NodeLine> nodes, std::span<const Row> rows, std::string_view precision) {
    const EntryNames names = graph.names();
    std::vector<TableLine> lines{{"", "layer", "output", "parameters", "operations", "algorithm"},
                                 {"", graph.input.vector() ? "Input" : "Image", to_string(graph.input), "", "", ""}};
    std::size_t block = 0, operations_of_all = 0, trained = 0;
    for (const NodeLine& node : nodes) {
        operations_of_all += node.operations;
        for (; block < names.blocks.size() && names.block_begins[block] <= node.first; ++block)
            lines.push_back({names.block_places[block], names.blocks[block], "", "", "", ""});
        std::string algorithm = node.algorithm;
        if (node.again) algorithm += algorithm.empty() ? "computed again" : ", computed again";
        for (std::size_t at = node.first; at < node.first + node.entries; ++at) {
            const Entry& entry = graph.entries[at];
            const bool first = at == node.first;
            lines.push_back({names.entries[at], graph.word(at), to_string(entry.out), entry.parameters ? with_commas(entry.parameters) : "",
                             first && node.operations ? with_unit(node.operations) : "", first ? algorithm : "with the layer above"});
        }
    }
    for (const Row& row : rows) trained += row.trained ? row.size() : 0;
    return format_table(lines, 3, 5) + with_commas(graph.numbers) + " parameters, " + with_commas(trained) + " trained; " + with_unit(operations_of_all) +
           " operations for a picture, forward\n" + machine_line(precision);
}

}  // namespace detail
}  // namespace denim::inline DENIM_TARGET

namespace denim::inline DENIM_TARGET {

DENIM_ONCE std::string machine_line(std::string_view precision) {
    const Team team;
    std::string text = std::string{DENIM_VECTORS_NAME} + ", " + std::to_string(simd::lanes<float>) + " floats in a vector; " +
                       std::to_string(team.size) + (team.size == 1 ? " thread" : " threads");
#if !defined(_OPENMP)
    text += " (built without OpenMP: compile with -fopenmp for more)";
#endif
    text += "; " + std::string{precision};
#if defined(__x86_64__) && defined(__GNUC__)
    const bool more = (simd::lanes<float> < 16 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) ||
                      (simd::lanes<float> < 8 && __builtin_cpu_supports("avx2"));
#if defined(DENIM_EVERY_MACHINE)
    if (more) text += "\nThis machine has wider vectors, and this program a copy for them: DENIM_WIDEST in the environment asks for narrower ones.";
#else
    if (more) text += "\nThis machine has wider vectors than this program uses: compile with -march=native.";
#endif
#endif
#if !defined(__OPTIMIZE__)
    text += "\nThis program is compiled without optimisation, which makes it many times slower: compile with -O3, with CMake as Release.";
#endif
    return text + '\n';
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
