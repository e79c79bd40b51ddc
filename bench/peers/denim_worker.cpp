// SPDX-License-Identifier: MIT
// Denim as one of the peers: the protocol of worker.py. The network's sizes come from CMake, one program for each.
#include <denim/denim.hpp>
#include <denim/format.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

using namespace denim;

namespace {

template <std::size_t Hidden>
struct Body {
    using type = Sequential<Conv<KERNEL, FILTERS>, MaxPool, Conv<SECOND, FILTERS>, MaxPool, Dense<Hidden, ReLU>, Dense<CLASSES>>;
};
template <>
struct Body<0> {
    using type = Sequential<Conv<KERNEL, FILTERS>, MaxPool, Conv<SECOND, FILTERS>, MaxPool, Dense<CLASSES>>;
};
using Study = Network<Image<120, 90, 3>, Body<HIDDEN>::type>;

constexpr std::size_t batch = 64;

struct Photographs {
    Array<std::uint8_t, 4> images;
    Array<std::int32_t, 1> labels;
};

Photographs read_photographs(const std::string& file) {
    const auto arrays = read_npz(file);
    const AnyArray &images = arrays.at("images"), &labels = arrays.at("labels");
    Photographs set{Array<std::uint8_t, 4>(std::array<std::size_t, 4>{images.shape[0], 120, 90, 3}),
                    Array<std::int32_t, 1>(std::array<std::size_t, 1>{images.shape[0]})};
    std::ranges::copy(images.values<std::uint8_t>(), set.images.begin());
    std::ranges::copy(labels.values<std::int32_t>(), set.labels.begin());
    return set;
}

// The photographs of `steps` batches from the first on, over and over.
Photographs repeated(const Photographs& from, std::size_t steps) {
    const std::size_t count = steps * batch, size = Study::input.size(), there = from.labels.size() / batch * batch;
    Photographs set{Array<std::uint8_t, 4>(std::array<std::size_t, 4>{count, 120, 90, 3}), Array<std::int32_t, 1>(std::array<std::size_t, 1>{count})};
    for (std::size_t n = 0; n < count; ++n) {
        std::copy_n(from.images.data() + n % there * size, size, set.images.data() + n * size);
        set.labels(n) = from.labels(n % there);
    }
    return set;
}

template <class Work>
double seconds(Work work) {
    const auto started = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

void serve(const std::string& weights, const std::string& photographs) {
    const Photographs all = read_photographs(photographs);
    Study network;
    const auto arrays = read_npz(weights);
    std::size_t number = 0;
    for (const Row& row : network.rows())
        network.edit_parameters([&](std::span<float> parameters) {
            const auto values = arrays.at(std::to_string(number++)).values<float>();
            if (values.size() != row.size()) throw std::runtime_error(row.name + " has another size in " + weights);
            std::ranges::copy(values, parameters.begin() + static_cast<std::ptrdiff_t>(row.offset));
        });
    const Study start = network;
    const Predictor predictor{network};
    const std::size_t size = Study::input.size();
    std::vector<float> logits(batch * CLASSES);

    std::cout << R"({"version": "Denim, )" << DENIM_VECTORS_NAME << R"(", "trains": true})" << std::endl;
    for (std::string command, argument; std::cin >> command && command != "quit";) {
        std::cin >> argument;
        double answer = 0;
        if (command == "logits") {
            predictor.predict({Study::input, batch, all.images.data()}, logits.data());
            write_npy(argument, AnyArrayView::of<float>(logits, {batch, CLASSES}));
        } else if (const auto steps = static_cast<std::size_t>(std::stoul(argument)); command == "train") {
            const Photographs set = repeated(all, steps);
            network = start;
            answer = static_cast<double>(steps * batch) /
                     seconds([&] { fit(network, set, {.epochs = 1, .batch = batch, .optimizer = Adam{.rate = 1e-3f}}); });
        } else if (command == "predict") {
            const Photographs set = repeated(all, steps);
            std::vector<float> to(steps * batch * CLASSES);
            answer = static_cast<double>(steps * batch) /
                     seconds([&] { predictor.predict({Study::input, steps * batch, set.images.data()}, to.data()); });
        } else {
            std::vector<double> calls;
            for (std::size_t step = 0; step < steps; ++step)
                calls.push_back(seconds([&] {
                    predictor.predict({Study::input, 1, all.images.data() + step % all.labels.size() * size}, logits.data());
                }));
            std::ranges::nth_element(calls, calls.begin() + static_cast<std::ptrdiff_t>(steps / 2));
            answer = calls[steps / 2] * 1e3;
        }
        std::cout << answer << std::endl;
    }
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app{"The study's network, trained and asked as a peer of other frameworks."};
    std::string weights, photographs;
    std::size_t wanted = 0;
    app.add_option("--weights", weights)->required();
    app.add_option("--photographs", photographs)->required();
    app.add_option("--threads", wanted)->required();
    app.allow_extras();
    CLI11_PARSE(app, count, arguments);
    try {
        set_threads(wanted);
        serve(weights, photographs);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
