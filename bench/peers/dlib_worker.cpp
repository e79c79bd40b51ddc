// SPDX-License-Identifier: MIT
// dlib as one of the peers: the protocol of worker.py, for the study's network alone. Debian's libdlib-dev with OpenBLAS.
#include <denim/format.hpp>

#include <CLI/CLI.hpp>
#include <dlib/dnn.h>
#include <dlib/revision.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

extern "C" void openblas_set_num_threads(int count);

namespace {

template <long Filters, long Kernel, class Below>
using Conv = dlib::relu<dlib::add_layer<dlib::con_<Filters, Kernel, Kernel, 1, 1, 0, 0>, Below>>;
template <class Below>
using Pool = dlib::add_layer<dlib::max_pool_<2, 2, 2, 2, 0, 0>, Below>;
using Photograph = std::array<dlib::matrix<float>, 3>;
using Study = dlib::loss_multiclass_log<dlib::fc<3, Pool<Conv<64, 5, Pool<Conv<64, 5, dlib::input<Photograph>>>>>>>;

constexpr long height = 120, width = 90;
constexpr std::size_t batch = 64;

struct Batch {
    std::vector<Photograph> photographs;
    std::vector<unsigned long> labels;
};

// Photographs from uint8 on, as every peer takes them.
struct Source {
    denim::AnyArray images, labels;

    [[nodiscard]] Batch batch(std::size_t step, std::size_t size) const {
        const auto bytes = images.values<std::uint8_t>();
        const auto numbers = labels.values<std::int32_t>();
        const std::size_t first = step * size % (numbers.size() - size + 1);
        Batch all{std::vector<Photograph>(size), std::vector<unsigned long>(size)};
        for (std::size_t n = 0; n < size; ++n) {
            const std::uint8_t* from = bytes.data() + (first + n) * height * width * 3;
            for (auto& plane : all.photographs[n]) plane.set_size(height, width);
            for (long y = 0; y < height; ++y)
                for (long x = 0; x < width; ++x)
                    for (auto& plane : all.photographs[n]) plane(y, x) = static_cast<float>(*from++) / 255.0f;
            all.labels[n] = static_cast<unsigned long>(numbers[first + n]);
        }
        return all;
    }
};

const dlib::tensor& predict(Study& network, const Batch& from, dlib::resizable_tensor& pictures) {
    network.to_tensor(from.photographs.begin(), from.photographs.end(), pictures);
    return network.subnet().forward(pictures);
}

// Weights from Keras's order (row, column, channel, filter) to dlib's (filter, channel, row, column), biases behind.
template <std::size_t Layer>
void set_convolution(Study& network, const std::vector<float>& weights, const std::vector<float>& biases) {
    const std::size_t filters = biases.size(), window = 25, channels = weights.size() / filters / window;
    float* to = dlib::layer<Layer>(network).layer_details().get_layer_params().host();
    for (std::size_t f = 0; f < filters; ++f)
        for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t place = 0; place < window; ++place) *to++ = weights[(place * channels + c) * filters + f];
    std::ranges::copy(biases, to);
}

// From (row, column, channel) to (channel, row, column).
void set_dense(Study& network, const std::vector<float>& weights, const std::vector<float>& biases) {
    const std::size_t outputs = biases.size(), channels = 64, pixels = weights.size() / outputs / channels;
    float* to = dlib::layer<1>(network).layer_details().get_layer_params().host();
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t p = 0; p < pixels; ++p) to = std::copy_n(weights.data() + (p * channels + c) * outputs, outputs, to);
    std::ranges::copy(biases, to);
}

template <class Work>
double seconds(Work work) {
    const auto started = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

void serve(const std::string& weights, const std::string& photographs) {
    auto arrays = denim::read_npz(photographs);
    const Source source{std::move(arrays.at("images")), std::move(arrays.at("labels"))};
    Study start;
    dlib::resizable_tensor pictures;
    predict(start, source.batch(0, 1), pictures);  // the sizes of the layers come from data
    const auto file = denim::read_npz(weights);
    const auto numbers = [&](const char* name) {
        const auto values = file.at(name).values<float>();
        return std::vector<float>(values.begin(), values.end());
    };
    set_convolution<7>(start, numbers("0"), numbers("1"));
    set_convolution<4>(start, numbers("2"), numbers("3"));
    set_dense(start, numbers("4"), numbers("5"));
    Study network = start;

    std::cout << R"({"version": "dlib )" << DLIB_MAJOR_VERSION << '.' << DLIB_MINOR_VERSION << R"(", "trains": true})" << std::endl;
    for (std::string command, argument; std::cin >> command && command != "quit";) {
        std::cin >> argument;
        double answer = 0;
        if (command == "logits") {
            const dlib::tensor& logits = predict(network, source.batch(0, batch), pictures);
            denim::write_npy(argument, denim::AnyArrayView::of<float>({logits.host(), logits.size()}, {batch, 3}));
        } else if (const auto steps = static_cast<std::size_t>(std::stoul(argument)); command == "train") {
            network = start;
            dlib::dnn_trainer<Study, dlib::adam> trainer{network, dlib::adam{0, 0.9f, 0.999f}};
            trainer.set_learning_rate(1e-3);
            answer = static_cast<double>(steps * batch) / seconds([&] {
                         for (std::size_t step = 0; step < steps; ++step) {
                             const Batch from = source.batch(step, batch);
                             trainer.train_one_step(from.photographs, from.labels);
                         }
                         static_cast<void>(trainer.get_net());  // waits for the trainer's thread
                     });
        } else if (command == "predict") {
            answer = static_cast<double>(steps * batch) / seconds([&] {
                         for (std::size_t step = 0; step < steps; ++step)
                             static_cast<void>(predict(network, source.batch(step, batch), pictures).host());
                     });
        } else {
            std::vector<double> calls;
            for (std::size_t step = 0; step < steps; ++step)
                calls.push_back(seconds([&] { static_cast<void>(predict(network, source.batch(step, 1), pictures).host()); }));
            std::ranges::nth_element(calls, calls.begin() + static_cast<std::ptrdiff_t>(steps / 2));
            answer = calls[steps / 2] * 1e3;
        }
        std::cout << answer << std::endl;
    }
}

}  // namespace

int main(int count, char** arguments) {
    CLI::App app{"The study's network in dlib, trained and asked as a peer."};
    std::string weights, photographs;
    int wanted = 0;
    app.add_option("--weights", weights)->required();
    app.add_option("--photographs", photographs)->required();
    app.add_option("--threads", wanted)->required();
    app.allow_extras();
    CLI11_PARSE(app, count, arguments);
    try {
        openblas_set_num_threads(wanted);
        serve(weights, photographs);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
