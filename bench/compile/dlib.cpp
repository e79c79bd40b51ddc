// SPDX-License-Identifier: MIT
// The study's network in dlib: Conv 5x5x64, MaxPool, Conv 5x5x64, MaxPool, Dense 3 on 120 x 90 x 3, trained and evaluated.
// For its compile time (bench/compile/measure) and its speed; Debian's libdlib-dev 19.24, link with -ldlib -lopenblas.
#include <dlib/data_io.h>
#include <dlib/dnn.h>

#include <chrono>
#include <cstdio>
#include <vector>

using namespace dlib;

template <long Filters, long Kernel, class Below>
using Conv = relu<add_layer<con_<Filters, Kernel, Kernel, 1, 1, 0, 0>, Below>>;  // no padding
template <class Below>
using Pool = add_layer<max_pool_<2, 2, 2, 2, 0, 0>, Below>;
using Study = loss_multiclass_log<fc<3, Pool<Conv<64, 5, Pool<Conv<64, 5, input<matrix<rgb_pixel>>>>>>>>;

int main(int count, char**) {
    const std::size_t batch = 64, batches = 3;
    std::vector<matrix<rgb_pixel>> photos(batch * batches, matrix<rgb_pixel>(120, 90));
    std::vector<unsigned long> labels(photos.size());
    unsigned state = static_cast<unsigned>(count);
    const auto next = [&state] { return static_cast<unsigned char>((state = state * 1664525u + 1013904223u) >> 24); };
    for (std::size_t n = 0; n < photos.size(); ++n) {
        for (auto& pixel : photos[n]) pixel = rgb_pixel(next(), next(), next());
        labels[n] = n % 3;
    }

    Study network;
    dnn_trainer<Study, adam> trainer(network, adam(0, 0.9f, 0.999f));
    trainer.set_learning_rate(1e-3);
    trainer.set_min_learning_rate(1e-6);
    trainer.set_mini_batch_size(batch);
    trainer.set_max_num_epochs(1);
    const auto seconds = [](auto&& work) {
        const auto started = std::chrono::steady_clock::now();
        work();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    };
    const double images = static_cast<double>(photos.size());
    const double training = seconds([&] { trainer.train(photos, labels); });
    network.clean();
    std::vector<unsigned long> predicted;
    const double inference = seconds([&] { predicted = network(photos, batch); });
    std::printf("{\"peer\": \"dlib 19.24\", \"training_images_per_second\": %.1f, \"inference_images_per_second\": %.1f}\n",
                images / training, images / inference);
    serialize("/dev/null") << network;
    return predicted.size() == photos.size() ? 0 : 1;
}
