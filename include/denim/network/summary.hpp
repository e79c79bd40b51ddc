// SPDX-License-Identifier: MIT
#pragma once

// A network as a table: layers, shapes, parameters, work, the kernel that was chosen; and what the program runs on.

#include <denim/machine/each_index.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/machine/simd.hpp>
#include <denim/machine/spelling.hpp>
#include <denim/machine/threads.hpp>
#include <denim/network/network.hpp>
#include <denim/network/plan.hpp>
#include <denim/network/steps.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// "5,504"
inline std::string with_commas(std::size_t number) {
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
    return text;
}

/// "0.421 G", "17.3 M", "920"
inline std::string with_unit(std::size_t number) {
    const auto value = static_cast<double>(number);
    if (value >= 1e8) return fixed(value / 1e9, 3) + " G";
    return value >= 1e4 ? fixed(value / 1e6, 3) + " M" : std::to_string(number);
}

using TableLine = std::array<std::string, 6>;

/// Lines as columns, the first of them the header; numbers stand to the right.
inline std::string format_table(const std::vector<TableLine>& lines) {
    std::array<std::size_t, 6> widths{};
    for (const TableLine& line : lines)
        for (std::size_t column = 0; column < widths.size(); ++column) widths[column] = std::max(widths[column], line[column].size());
    std::string text;
    for (std::size_t number = 0; number < lines.size(); ++number) {
        std::string row;
        for (std::size_t column = 0; column < widths.size(); ++column) {
            const std::string& cell = lines[number][column];
            const std::string padding(widths[column] - cell.size(), ' ');
            const bool to_the_right = column == 3 || column == 4;
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

}  // namespace detail

/// "AVX-512, 16 floats in a vector; 2 threads; fp32", and how to cure a build that leaves this machine's vector units idle.
inline std::string machine_line(std::string_view precision) {
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
    if (more) text += "\nThis machine has wider vectors than this program uses: compile with -march=native.";
#endif
    return text + '\n';
}

template <class Input, class Body, class Arithmetic>
std::string Network<Input, Body, Arithmetic>::summary() const {
    using Plan = denim::Plan<Graph, Arithmetic, Mode::training>;
    detail::EntryNames names;
    detail::name_entries<Body>("", names);
    std::size_t block = 0;
    std::vector<detail::TableLine> lines{{"", "layer", "output", "parameters", "operations", "algorithm"},
                                         {"", input.vector() ? "Input" : "Image", to_string(input), "", "", ""}};
    std::size_t operations_of_all = 0;
    const auto add = [&]<std::size_t Index>() {
        using Layer = typename Plan::template LayerAt<Index>;
        constexpr Node node = Plan::template node<Index>;
        constexpr bool again = Steps<Plan>::repeated(Index);
        operations_of_all += Layer::operations;
        for (; block < names.blocks.size() && names.block_begins[block] <= node.first; ++block)
            lines.push_back({names.block_places[block], names.blocks[block], "", "", "", ""});
        const auto add_entry = [&]<std::size_t Step>() {
            constexpr Entry entry = Graph::trace.entries[node.first + Step];
            using Spec = typename Graph::template At<node.first + Step>;
            const bool first = Step == 0;
            std::string word = detail::spelling<Spec>();
            if (const std::size_t at = word.rfind("::"); entry.role == Role::join && at != word.npos) word.erase(0, at + 2);
            lines.push_back({names.entries[node.first + Step], word, to_string(entry.out),
                             entry.parameters ? detail::with_commas(entry.parameters) : "",
                             first && Layer::operations ? detail::with_unit(Layer::operations) : "",
                             first ? std::string{Layer::algorithm} + (again ? *Layer::algorithm ? ", computed again" : "computed again" : "")
                                   : "with the layer above"});
        };
        [&]<std::size_t... Step>(std::index_sequence<Step...>) {
            (add_entry.template operator()<Step>(), ...);
        }(std::make_index_sequence<node.entries>{});
    };
    each_index<0, Plan::count>(add);
    std::size_t trained = 0;
    for (const Row& row : rows()) trained += row.trained ? row.size() : 0;
    return detail::format_table(lines) + detail::with_commas(parameter_count) + " parameters, " + detail::with_commas(trained) + " trained; " +
           detail::with_unit(operations_of_all) + " operations for a picture, forward\n" + machine_line(Arithmetic::precision);
}

}  // namespace denim::inline DENIM_TARGET
