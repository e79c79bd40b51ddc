// SPDX-License-Identifier: MIT
#pragma once

// What every program of Denim's among the peers does: the protocol of worker.py, for a network that is given.
#include <denim/denim.hpp>
#include <denim/format.hpp>
#include <denim/machine/peak.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace peer {

struct Options {
    std::string weights, photographs;
    std::size_t threads = 0, batch = 64;
};

struct Photographs {
    denim::Array<std::uint8_t, 4> images;
    denim::Array<std::int32_t, 1> labels;
};

inline Photographs room(std::size_t count, denim::Shape shape) {
    return {denim::Array<std::uint8_t, 4>(std::array<std::size_t, 4>{count, shape.height, shape.width, shape.channels}),
            denim::Array<std::int32_t, 1>(std::array<std::size_t, 1>{count})};
}

inline Photographs read_photographs(const std::string& file, denim::Shape shape) {
    const auto arrays = denim::read_npz(file);
    const denim::AnyArray &images = arrays.at("images"), &labels = arrays.at("labels");
    if (images.shape.size() != 4 || images.shape[1] != shape.height || images.shape[2] != shape.width || images.shape[3] != shape.channels)
        throw std::runtime_error(file + " has photographs of another size than the network");
    Photographs set = room(images.shape[0], shape);
    std::ranges::copy(images.values<std::uint8_t>(), set.images.begin());
    std::ranges::copy(labels.values<std::int32_t>(), set.labels.begin());
    return set;
}

// The photographs of `steps` batches from the first on, over and over.
inline Photographs repeated(const Photographs& from, std::size_t steps, std::size_t batch, denim::Shape shape) {
    const std::size_t count = steps * batch, size = shape.size(), there = from.labels.size() / batch * batch;
    Photographs set = room(count, shape);
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

// Since the first batch of a run: in that one fit takes its memory, which the others keep from one call to the next.
class AfterFirstBatch {
public:
    void on_batch(denim::Run& run) {
        if (run.batch == 1) started_ = std::chrono::steady_clock::now();
    }
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count(); }

private:
    std::chrono::steady_clock::time_point started_;
};

// The most that the process has had in memory, in MB.
inline double peak_memory() {
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;)
        if (word == "VmHWM:" && status >> word) return std::stod(word) / 1024;
    throw std::runtime_error("/proc/self/status does not say VmHWM");
}

// Of a picture, as the definition counts them.
template <class Network>
double operations() {
    using Plan = typename denim::Predictor<Network>::Plan;
    double total = 0;
    for (const auto& layer : denim::table_of<Plan>.layers) total += static_cast<double>(layer.operations);
    return total;
}

// Answers until it is told to quit. `load` gives the network with its weights; without `Trains` it only predicts, and training is not
// compiled.
template <class Network, bool Trains, class Load>
void serve(const Options& options, Load load) {
    const std::size_t batch = options.batch, size = Network::input.size(), outputs = Network::output.size();
    const Photographs all = read_photographs(options.photographs, Network::input);
    const std::size_t there = all.labels.size();
    std::optional<denim::Predictor<Network>> predictor;
    std::vector<float> logits(batch * outputs);
    const auto predict = [&](std::size_t step, std::size_t count) {
        const std::size_t first = step * count % (there - count + 1);
        predictor->predict({Network::input, count, all.images.data() + first * size}, logits.data());
    };

    std::cout << R"({"version": "Denim, )" << DENIM_VECTORS_NAME << R"(", "trains": )" << (Trains ? "true" : "false")
              << R"(, "operations": )" << operations<Network>() << "}" << std::endl;
    for (std::string command, argument; std::cin >> command && command != "quit";) {
        std::cin >> argument;
        double answer = 0;
        if (command == "memory") {
            answer = peak_memory();
        } else if (command == "peak") {
            answer = denim::peak_of_all_threads() * 1e-9;
        } else if (command == "train") {
            if constexpr (Trains) {
                predictor.reset();
                Network network = load();
                const std::size_t steps = std::stoul(argument);
                const Photographs set = repeated(all, steps + 1, batch, Network::input);
                AfterFirstBatch clock;
                denim::fit(network, set, {.epochs = 1, .batch = batch, .optimizer = denim::Adam{.rate = 1e-3f}}, clock);
                answer = static_cast<double>(steps * batch) / clock.seconds();
            }
        } else {
            if (!predictor) predictor.emplace(load());
            if (command == "logits") {
                predict(0, batch);
                denim::write_npy(argument, denim::AnyArrayView::of<float>(logits, {batch, outputs}));
            } else if (const std::size_t steps = std::stoul(argument); command == "predict") {
                answer = static_cast<double>(steps * batch) / seconds([&] {
                             for (std::size_t step = 0; step < steps; ++step) predict(step, batch);
                         });
            } else {
                std::vector<double> calls;
                for (std::size_t step = 0; step < steps; ++step) calls.push_back(seconds([&] { predict(step, 1); }));
                std::ranges::nth_element(calls, calls.begin() + static_cast<std::ptrdiff_t>(steps / 2));
                answer = calls[steps / 2] * 1e3;
            }
        }
        std::cout << answer << std::endl;
    }
}

// Reads the options that every program has, beside those that `app` has already, and does the work; the exit status.
template <class Work>
int run(CLI::App& app, Options& options, int count, char** arguments, Work work) {
    app.add_option("--weights", options.weights)->required();
    app.add_option("--photographs", options.photographs);
    app.add_option("--threads", options.threads)->required();
    app.add_option("--batch", options.batch);
    app.allow_extras();
    CLI11_PARSE(app, count, arguments);
    try {
        denim::set_threads(options.threads);
        work();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}

}  // namespace peer
