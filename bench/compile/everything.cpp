// SPDX-License-Identifier: MIT
// The study's network with `fit`, callbacks, files, pictures and a page.
#include <denim/denim.hpp>
#include <denim/exchange.hpp>
#include <denim/image.hpp>
#include <denim/report.hpp>

struct Set {
    denim::Array<std::uint8_t, 4> images{std::array<std::size_t, 4>{64, 120, 90, 3}};
    denim::Array<std::int32_t, 1> labels{std::array<std::size_t, 1>{64}};
};

int main() {
    using namespace denim;
    using Study = Network<Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, Conv<5, 64>, MaxPool, Dense<3>>>;
    Study network;
    const Set train, validation;
    const History history = fit(network, train, validation, {.epochs = 1}, EarlyStopping{}, ProgressBar{}, TensorBoard{"runs"});
    save(network, "weights.safetensors");
    write_report("report.html", RunReport{.name = "A run", .history = history});
}
