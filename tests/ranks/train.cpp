// SPDX-License-Identifier: MIT
// Trains a small network, on ranks or alone, and writes the bits of its weights, of its history, and of what it then answers:
//     train study|normalised FILE [WORD=VALUE...]
// On ranks each writes FILE.RANK. With alone=1 it is the fit that knows of no ranks, which writes FILE. The scripts beside this compare the files.
//     batch=20 epochs=3  of how many pictures and epochs
//     source=1           pictures come from a source; it is an error if the ranks read one twice
//     folder=F           checkpoints there, after every epoch and on Ctrl-C
//     pause=MS           so many milliseconds behind each step
//     rate=1e-3
//     broken=R           rank R's source cannot be read at picture 50
//     full=1             rank 0 cannot write files of more than 1 KB
//     left_out=1         the source leaves out picture 50
//     other=1            rank 1 has other options
//     by_rank=1 bf16=1   see RankOptions
#include <denim/denim.hpp>
#include <denim/format.hpp>
#include <denim/ranks.hpp>
#include <denim/training/checkpoint.hpp>

#include "networks.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace denim;

struct Words {
    std::map<std::string, std::string> values;

    Words(int count, char** words) {
        for (int n = 3; n < count; ++n) {
            const std::string word = words[n];
            values[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
        }
    }
    [[nodiscard]] bool has(const std::string& name) const { return values.contains(name); }
    [[nodiscard]] double number(const std::string& name, double otherwise) const { return has(name) ? std::atof(values.at(name).c_str()) : otherwise; }
    [[nodiscard]] std::size_t count(const std::string& name, std::size_t otherwise) const {
        return static_cast<std::size_t>(number(name, static_cast<double>(otherwise)));
    }
};

/// Pictures of a set, read one by one.
struct Source {
    const on_ranks::Pictures& set;
    const bool broken, leaves_out;
    mutable std::atomic<std::size_t> reads = 0;

    [[nodiscard]] std::size_t size() const { return set.labels.size(); }
    [[nodiscard]] Shape shape() const { return {set.images.shape(1), set.images.shape(2), set.images.shape(3)}; }
    [[nodiscard]] std::int32_t label(std::size_t index) const { return set.labels(index); }
    bool read(std::size_t index, std::uint8_t* to) const {
        ++reads;
        if (broken && index == 50) throw std::runtime_error("picture 50 cannot be read");
        const std::size_t size = shape().size();
        std::copy_n(set.images.data() + index * size, size, to);
        return !leaves_out || index != 50;
    }
};

/// Gives the others time to send a signal.
struct Pause {
    int milliseconds;

    void on_batch(Run& run) const {
        if (milliseconds == 0) return;
        if (run.epoch == 1 && run.batch == 1) std::fputs("begun\n", stderr);
        std::this_thread::sleep_for(std::chrono::milliseconds{milliseconds});
    }
};

void write(const std::string& file, std::span<const float> weights, const History& history, const Evaluation& evaluation, const Array<float, 2>& logits) {
    std::ofstream out{file, std::ios::binary};
    const auto put = [&](const auto& numbers) {
        const auto bytes = std::as_bytes(std::span{numbers});
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    };
    put(weights);
    for (const Epoch& epoch : history.epochs) put(std::array{epoch.train.loss, epoch.train.accuracy, epoch.validation.loss, epoch.validation.accuracy});
    put(std::array{evaluation.loss, evaluation.accuracy, static_cast<double>(evaluation.correct)});
    put(std::span{logits.data(), logits.size()});
    out.close();
    if (!out) throw std::runtime_error("cannot write " + file);
}

template <class Network>
void train(const std::string& file, const Words& words, const Ranks& ranks) {
    const on_ranks::Pictures pictures{73, Network::input, Seed{1}}, validation{19, Network::input, Seed{2}};
    const Source source{pictures, words.has("broken") && words.count("broken", 0) == ranks.rank(), words.has("left_out")};
    Network network{Seed{ranks.rank() + 5}};  // that of rank 0 is learned from
    network.template settings<0>().l2 = 1e-4f;
    FitOptions options{.epochs = words.count("epochs", 3),
                       .batch = words.count("batch", 20),
                       .optimizer = Adam{.rate = static_cast<float>(words.number("rate", 3e-3))},
                       .clip_norm = 1,
                       .averaging = Ema{.momentum = 0.9},
                       .seed = Seed{3},
                       .augmentation = {.flip = true, .shift = 0.1f}};
    if (words.has("other") && ranks.rank() == 1) options.seed = Seed{4};
    if (words.has("full") && ranks.leads()) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1024, 1024};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    const Pause pause{static_cast<int>(words.count("pause", 0))};
    History history;
    if (words.has("alone")) {
        history = fit(network, pictures, validation, options);
    } else if (words.has("folder")) {
        Checkpoint checkpoint{.folder = words.values.at("folder"), .every_epochs = 1};
        history = fit(network, pictures, validation, options, ranks, checkpoint, CtrlC{}, pause);
    } else if (words.has("source")) {
        history = fit(network, source, validation, options, ranks);
        unsigned long own = source.reads, all = 0;
        MPI_Allreduce(&own, &all, 1, MPI_UNSIGNED_LONG, MPI_SUM, ranks.communicator());
        if (all != options.epochs * source.size())
            throw std::runtime_error("each picture once in an epoch was expected, but there were " + std::to_string(all) + " reads");
    } else {
        history = fit(network, pictures, validation, options, ranks);
    }
    if (words.has("alone")) return write(file, network.parameters(), history, evaluate(network, validation), network.predict(validation.images));
    const Source asked{validation, false, false};
    const auto logits = words.has("source") ? predict(network, asked, ranks) : predict(network, validation.images, ranks);
    write(file + '.' + std::to_string(ranks.rank()), network.parameters(), history, evaluate(network, validation, ranks), logits);
}

}  // namespace

int main(int count, char** words) {
    return run_on_ranks(count, words, [&](const Ranks& world) {
        if (count < 3) throw std::invalid_argument("train: a network and a file were expected");
        const Words rest{count, words};
        const Ranks ranks{world.communicator(), {.statistics_by_rank = rest.has("by_rank"), .bf16_on_wire = rest.has("bf16")}};
        if (std::string{words[1]} == "study")
            train<on_ranks::Study>(words[2], rest, ranks);
        else
            train<on_ranks::Normalised>(words[2], rest, ranks);
        return 0;
    });
}
