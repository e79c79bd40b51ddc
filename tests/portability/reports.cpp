// SPDX-License-Identifier: MIT
// Prints what files and reports make of numbers that are none; -ffast-math must agree with the plainest build.
#include <denim/exchange.hpp>
#include <denim/report.hpp>
#include <denim/sweep.hpp>

#include <iostream>
#include <string>
#include <vector>

using namespace denim;

namespace {

void say(const char* what, auto act) {
    std::cout << what << ": ";
    try {
        act();
    } catch (const std::exception& error) {
        std::cout << error.what();
    }
    std::cout << '\n';
}

SweepRow row(const char* name, double accuracy) {
    SweepRun run{1, "", {{{1, {0.5, 0.5}, {not_a_number<double>(), accuracy}}, {2, {0.5, 0.5}, {0.5, accuracy}}}}};
    return {name, {}, 1, {run}};
}

}  // namespace

int main() {
    const float nan = not_a_number<float>();
    volatile float large = 3e38f;
    const float infinite = large * 10;
    using Net = Network<Image<4, 4, 1>, Sequential<Flatten, Dense<2>>>;
    Net network{Seed{1}};
    save(network, "kept.safetensors");
    network.edit_parameters([&](std::span<float> numbers) { numbers[3] = nan; });
    say("save", [&] { save(network, "kept.safetensors"); });
    say("export", [&] { export_weights(network, "kept.npz", WeightLayout::keras); });
    const std::vector<float> with_infinity{1, infinite};
    say("snapshot", [&] { write_snapshot("kept.checkpoint", {.parameters = with_infinity}); });
    say("load", [] { std::cout << all_finite(load<Net>("kept.safetensors").parameters()); });
    say("metadata", [&] { write_metadata({.sample = SampleOutput{{1}, {infinite}}}); });
    say("labels", [&] {
        const std::vector<float> labels{0, nan};
        (void)AnyArrayView::of(std::span<const float>{labels}, {2}).as<std::int32_t>();
    });
    say("halves", [&] { std::cout << Float16{static_cast<double>(nan)}.bits << ' ' << Float16{static_cast<double>(infinite)}.bits; });
    say("histogram", [&] {
        std::size_t sum = 0, place = 0;
        for (const char letter : histogram_message("weights", std::vector<float>{1, nan, 2, infinite, 4}))
            sum += ++place * static_cast<unsigned char>(letter);
        std::cout << sum;
    });
    say("chart", [&] {
        const Series series{"loss", {1, 2, 3, 4}, {0.5, static_cast<double>(nan), static_cast<double>(infinite), 0.25}};
        std::cout << line_chart("loss", "epoch", {&series, 1}) << detail::decimals(static_cast<double>(nan)) << '|';
    });
    SweepTable table{"sweep", {row("diverged", static_cast<double>(nan)), row("good", 0.5), row("better", 0.75)}};
    table.sort();
    for (const SweepRow& each : table.rows)
        std::cout << each.name << ": best epoch " << each.runs[0].best().number << ", tested " << table.tested() << '\n';
    const Repeats all = repeats(std::vector<double>{1, static_cast<double>(nan), 2});
    std::cout << is_nan(all.mean) << is_nan(all.least) << is_nan(all.largest) << is_nan(all.deviation) << '\n';
}
