// SPDX-License-Identifier: MIT
#pragma once

// Where a network's time goes: pictures in; for each layer the time, the rate, the share of the machine's peak and the bytes, as a table and as a
// trace that chrome://tracing and Perfetto draw.

#include <denim/loss/softmax_cross_entropy.hpp>
#include <denim/machine/atomic_file.hpp>
#include <denim/machine/number_text.hpp>
#include <denim/machine/peak.hpp>
#include <denim/machine/threads.hpp>
#include <denim/network/batch_predictor.hpp>
#include <denim/network/batch_trainer.hpp>
#include <denim/network/network.hpp>
#include <denim/network/step_clock.hpp>
#include <denim/network/summary.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace denim {

struct ProfileOptions {
    double seconds = 1;      ///< it repeats the pictures until so much time has gone by
    std::size_t rounds = 5;  ///< at least so often; one more comes first, which does not count
};

/// What a node's forward or backward takes.
struct ProfiledTime {
    double seconds = 0;          ///< for a picture, of all threads together: so much of the whole, as the threads share pictures or bands
    std::size_t operations = 0;  ///< floating-point operations for a picture, as the definition counts them, whatever the kernel does
    std::size_t bytes = 0;       ///< that it reads and writes for a picture: values, gradients, weights, sums
};

/// A node of the plan: a layer, or several that are computed as one.
struct ProfiledLayer {
    std::vector<std::string> names, layers;  ///< "2.0" and "Conv<3, 32>" of each
    std::string algorithm;
    ProfiledTime forward, backward;  ///< what is computed again on the way back counts as backward; gathering and joining with what follows
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// Where the time of a network has gone.
struct Profile {
    std::size_t pictures = 0, threads = 0, rounds = 0;
    bool training = false;
    double seconds = 0;             ///< of the whole, for a picture: the median of the rounds
    double beside = 0;              ///< of it in no layer: pictures are loaded, weights prepared, the loss taken, sums added; threads wait
    double peak = 0;                ///< operations a second of all threads, see peak_of_all_threads
    std::vector<ProfiledLayer> layers;
    std::vector<TimedStep> steps;   ///< of the last round, by the time when they began

    /// Lines for layers, as those of summary(): milliseconds and their share of the whole, Gop/s, the share of the peak, megabytes; and the whole.
    [[nodiscard]] std::string table() const;
    /// The last round in the Trace Event Format: a row for each thread, microseconds.
    [[nodiscard]] std::string chrome_trace() const;
    /// Writes that. Throws FileError.
    void write_chrome_trace(const std::filesystem::path& file) const {
        AtomicFile to{file};
        to.write(chrome_trace());
        to.commit();
    }
};

namespace detail {

/// What rounds have taken: of each node in each round, seconds of all threads together.
struct ProfiledRounds {
    std::vector<double> seconds;
    std::vector<std::vector<double>> forward, backward;
    std::vector<TimedStep> last;

    explicit ProfiledRounds(std::size_t nodes) : forward(nodes), backward(nodes) {}

    void add(double all, std::vector<TimedStep> steps, double threads) {
        seconds.push_back(all);
        for (std::vector<double>& node : forward) node.push_back(0);
        for (std::vector<double>& node : backward) node.push_back(0);
        for (const TimedStep& step : steps)
            if (step.node != TimedStep::picture && step.does != Does::answer)
                (step.does < Does::answer ? forward : backward)[step.node].back() += (step.end - step.begin) / (step.by_all ? 1 : threads);
        last = std::move(steps);
    }
};

/// Runs `once(clock)` as the options say.
template <class Once>
ProfiledRounds profile_rounds(const ProfileOptions& options, std::size_t nodes, Once once) {
    if (!(options.seconds >= 0) || options.rounds == 0)
        throw std::invalid_argument("denim: profile: seconds of at least 0 and at least 1 round were expected, but got " +
                                    shortest_text(options.seconds) + " and " + std::to_string(options.rounds));
    using Clock = std::chrono::steady_clock;
    const auto passed = [](Clock::time_point since) { return std::chrono::duration<double>(Clock::now() - since).count(); };
    const std::size_t threads = Team{}.size;
    ProfiledRounds rounds{nodes};
    once(nullptr);
    for (const auto start = Clock::now(); rounds.seconds.size() < options.rounds || passed(start) < options.seconds;) {
        StepClock clock{threads};
        const auto begin = Clock::now();
        once(&clock);
        const double seconds = passed(begin);
        rounds.add(seconds, clock.steps(), static_cast<double>(threads));
    }
    std::ranges::sort(rounds.last, {}, &TimedStep::begin);
    return rounds;
}

inline double median_of(std::vector<double> numbers) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::ranges::nth_element(numbers, middle);
    return *middle;
}

inline Profile profile_of(const GraphTable& graph, std::span<const NodeLine> nodes, std::size_t pictures, ProfiledRounds rounds, bool training) {
    Profile profile;
    profile.pictures = pictures;
    profile.threads = Team{}.size;
    profile.rounds = rounds.seconds.size();
    profile.training = training;
    profile.peak = peak_of_all_threads();
    const auto count = static_cast<double>(pictures);
    const std::vector<std::string> names = graph.names().entries;
    double in_layers = 0;
    for (std::size_t node = 0; node < nodes.size(); ++node) {
        const NodeLine& line = nodes[node];
        ProfiledLayer layer;
        for (std::size_t at = line.first; at < line.first + line.entries; ++at) {
            layer.names.push_back(names[at]);
            layer.layers.push_back(graph.word(at));
        }
        layer.algorithm = line.algorithm;
        layer.forward = {median_of(std::move(rounds.forward[node])) / count, line.operations, line.moved_forward};
        if (training) layer.backward = {median_of(std::move(rounds.backward[node])) / count, (line.again ? 3 : 2) * line.operations, line.moved_backward};
        in_layers += layer.forward.seconds + layer.backward.seconds;
        profile.layers.push_back(std::move(layer));
    }
    profile.seconds = median_of(std::move(rounds.seconds)) / count;
    profile.beside = std::max(0.0, profile.seconds - in_layers);
    profile.steps = std::move(rounds.last);
    return profile;
}

}  // namespace detail

/// Where the time goes when a trained network answers pictures: (N, H, W, C), or (H, W, C) for one, as Predictor::predict takes them; several
/// are shared among the threads, one has its layers cut in bands. Throws as that does, and std::invalid_argument for options that make no sense.
template <class Network, class Expression>
Profile profile(const Network& network, const Expression& pictures, const ProfileOptions& options = {}) {
    using Plan = denim::Plan<typename Network::Graph, typename Network::Numbers, Mode::inference>;
    using Stored = typename Network::Stored;
    const Pictures source = Pictures::of(pictures, Network::input);
    source.check(Network::input);
    BatchPredictor<Stored, typename Network::Numbers::Computed> predictor{table_of<Plan>};
    predictor.take(network.parameters().data(), network.all_settings());
    std::vector<Stored> logits(source.count * Network::output.size());
    auto rounds = detail::profile_rounds(options, Plan::count, [&](StepClock* clock) { predictor.predict(source, logits.data(), clock); });
    return detail::profile_of(graph_table<typename Network::Graph>, detail::node_lines<Plan>, source.count, std::move(rounds), false);
}

/// Where it goes in a step of training on these pictures as one batch, forward and backward, by softmax cross-entropy; every label is 0, for no time
/// depends on it. The network stays as it is. Throws as Trainer::step does, and std::invalid_argument for options that make no sense.
template <class Network, class Expression>
Profile profile_training(const Network& network, const Expression& pictures, const ProfileOptions& options = {}) {
    static_assert(sizeof(AnswersInNumbers<typename Network::Graph>) > 0);
    using Plan = denim::Plan<typename Network::Graph, typename Network::Numbers, Mode::training>;
    using Stored = typename Network::Stored;
    const Pictures source = Pictures::of(pictures, Network::input);
    BatchTrainer<Stored, typename Network::Numbers::Computed> trainer{graph_table<typename Network::Graph>, table_of<Plan>, source.count};
    const std::vector<std::int32_t> labels(source.count * Network::heads.size());
    std::vector<std::uint32_t> order(source.count);
    std::iota(order.begin(), order.end(), 0u);
    const Answer<Stored> answer{[](const void*, const Batch& batch, std::size_t sample, const Stored* logits, Stored* gradient) {
                                    return losses_of_sample(SoftmaxCrossEntropy{}, Network::heads, batch, sample, logits, gradient);
                                },
                                nullptr};
    auto rounds = detail::profile_rounds(options, Plan::count, [&](StepClock* clock) {
        trainer.step(network.parameters(), network.all_settings(), {source, labels, order, Seed{}, 0}, answer, clock);
    });
    return detail::profile_of(graph_table<typename Network::Graph>, detail::node_lines<Plan>, source.count, std::move(rounds), true);
}

inline std::string Profile::table() const {
    using detail::fixed;
    const int digits = seconds < 1e-3 ? 5 : 3;
    const auto cells = [&](const ProfiledTime& time) -> std::array<std::string, 5> {
        if (time.seconds <= 0) return {"", "", "", "", ""};
        const double rate = static_cast<double>(time.operations) / time.seconds;
        return {fixed(1e3 * time.seconds, digits), fixed(100 * time.seconds / seconds, 1) + " %", time.operations ? fixed(rate / 1e9, 1) : "",
                time.operations ? fixed(100 * rate / peak, 0) + " %" : "", fixed(1e-6 * static_cast<double>(time.bytes), 2)};
    };
    std::vector<std::vector<std::string>> lines{{"", "layer", "ms", "of all", "Gop/s", "of peak", "MB"}};
    if (training) lines[0].insert(lines[0].end(), {"back ms", "of all", "Gop/s", "of peak", "MB"});
    lines[0].push_back("algorithm");
    for (const ProfiledLayer& layer : layers) {
        std::vector<std::string> line{layer.names[0], layer.layers[0]};
        for (const ProfiledTime* const time : {&layer.forward, &layer.backward})
            if (training || time == &layer.forward)
                for (const std::string& cell : cells(*time)) line.push_back(cell);
        line.push_back(layer.algorithm);
        lines.push_back(std::move(line));
        for (std::size_t n = 1; n < layer.names.size(); ++n) {
            lines.push_back(std::vector<std::string>(lines[0].size()));
            lines.back()[0] = layer.names[n];
            lines.back()[1] = layer.layers[n];
            lines.back().back() = "with the layer above";
        }
    }
    std::size_t operations = 0;
    for (const ProfiledLayer& layer : layers) operations += layer.forward.operations + layer.backward.operations;
    const double rate = static_cast<double>(operations) / seconds;
    return detail::format_table(lines, 2, lines[0].size() - 1) + fixed(1e3 * seconds, digits) + " ms for a picture, " + fixed(1e3 * beside, digits) +
           " of them in no layer; " + fixed(rate / 1e9, 1) + " Gop/s, " + fixed(100 * rate / peak, 0) + " % of a peak of " +
           fixed(peak / 1e9, 0) + "; " + std::to_string(pictures) + (pictures == 1 ? " picture, " : " pictures, ") + std::to_string(threads) +
           (threads == 1 ? " thread, " : " threads, ") + "the median of " + std::to_string(rounds) + (rounds == 1 ? " round\n" : " rounds\n");
}

inline std::string Profile::chrome_trace() const {
    using detail::fixed;
    std::string text = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [";
    bool first = true;
    for (const TimedStep& step : steps) {
        const bool in_layer = step.node < layers.size() && step.does != Does::answer;
        const std::string name = in_layer ? layers[step.node].names[0] + " " + layers[step.node].layers[0]
                                 : step.does == Does::answer ? "answer"
                                                              : "picture";
        const char* const kind = step.does < Does::answer ? "forward" : step.does == Does::again ? "forward again" : "backward";
        text += first ? "\n" : ",\n";
        first = false;
        text += "{\"name\": \"" + name + "\", \"cat\": \"" + kind + "\", \"ph\": \"X\", \"ts\": " + fixed(1e6 * step.begin, 3) +
                ", \"dur\": " + fixed(1e6 * (step.end - step.begin), 3) + ", \"pid\": 1, \"tid\": " + std::to_string(step.worker) +
                ", \"args\": {\"sample\": " + std::to_string(step.sample) + ", \"by\": \"" + (step.by_all ? "all threads" : "one thread") + "\"}}";
    }
    return text + "\n]}\n";
}

}  // namespace denim::inline DENIM_TARGET
