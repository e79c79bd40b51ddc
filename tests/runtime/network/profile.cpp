// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/machine/read_file.hpp>
#include <denim/network/profile.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace denim;

namespace {

using Net = Network<Image<12, 10, 3>, Sequential<Conv<3, 8>, MaxPool, BatchNorm, Recompute<Conv<3, 4, Same>, Activation<Tanh>>, Dense<5>>>;
constexpr ProfileOptions quick{.seconds = 0, .rounds = 3};

Array<float, 4> pictures(std::size_t count) {
    Array<float, 4> all(std::array<std::size_t, 4>{count, 12, 10, 3});
    Random random{Seed{4}};
    for (float& number : all) number = static_cast<float>(random.uniform(0, 1));
    return all;
}

std::size_t entries(const Profile& profile) {
    std::size_t count = 0;
    for (const ProfiledLayer& layer : profile.layers) count += layer.names.size();
    return count;
}

std::size_t count_of(const Profile& profile, Does does) {
    return static_cast<std::size_t>(std::ranges::count_if(profile.steps, [&](const TimedStep& step) { return step.node != TimedStep::picture && step.does == does; }));
}

}  // namespace

TEST_CASE("an answer's time, layer by layer") {
    const Net network{Seed{1}};
    const std::vector<float> before(network.parameters().begin(), network.parameters().end());
    for (const std::size_t count : {std::size_t{1}, std::size_t{70}}) {  // one in bands; more than are run together
        CAPTURE(count);
        const auto all = pictures(count);
        const Profile got = profile(network, all, quick);
        CHECK(got.pictures == count);
        CHECK(got.threads == threads());
        CHECK(got.rounds == 3);
        CHECK(!got.training);
        CHECK(entries(got) == Net::Graph::count);
        CHECK(got.layers.front().names.front() == "0");
        CHECK(got.layers.front().layers.front() == "Conv<3, 8>");
        double sum = got.beside;
        for (const ProfiledLayer& layer : got.layers) {
            CHECK(layer.forward.seconds > 0);
            CHECK(layer.forward.bytes > 0);
            CHECK(layer.backward.seconds == 0);
            CHECK(layer.backward.operations == 0);
            sum += layer.forward.seconds;
        }
        CHECK(sum >= got.seconds * 0.999);
        CHECK(got.layers.front().forward.operations >= 2 * 10 * 8 * 8 * 27);
        CHECK(got.peak > 1e8);
        CHECK(count_of(got, Does::forward) == count * got.layers.size());
        CHECK(count_of(got, Does::backward) == 0);
        CHECK(std::ranges::count(got.steps, TimedStep::picture, &TimedStep::node) == static_cast<std::ptrdiff_t>(count));
    }
    CHECK(std::ranges::equal(before, network.parameters()));
}

TEST_CASE("a training step's time, forward and backward, the layer that is computed again too") {
    const Net network{Seed{1}};
    const std::vector<float> before(network.parameters().begin(), network.parameters().end());
    const Profile got = profile_training(network, pictures(6), quick);
    CHECK(got.training);
    CHECK(entries(got) == Net::Graph::count);
    for (const ProfiledLayer& layer : got.layers) {
        CHECK(layer.forward.seconds > 0);
        CHECK(layer.backward.seconds > 0);
        CHECK(layer.backward.bytes > 0);
        const bool again = layer.layers.front() == "Conv<3, 4, Same>";
        CHECK(layer.backward.operations == (again ? 3 : 2) * layer.forward.operations);
    }
    CHECK(count_of(got, Does::again) == 6);
    CHECK(count_of(got, Does::answer) == 6);
    CHECK(std::ranges::equal(before, network.parameters()));
}

TEST_CASE("as a table") {
    const Net network;
    const std::string answers = profile(network, pictures(2), quick).table(), steps = profile_training(network, pictures(2), quick).table();
    for (const std::string& table : {answers, steps}) {
        for (const char* const part : {"of peak", "Gop/s", "MB", "Conv<3, 8>", "BatchNorm", "Dense<5>", "ms for a picture", "2 pictures", "the median of 3 rounds"})
            CHECK_MESSAGE(table.find(part) != std::string::npos, table);
    }
    CHECK(answers.find("back ms") == std::string::npos);
    CHECK(steps.find("back ms") != std::string::npos);
}

TEST_CASE("as a trace: a row for each thread, on which nothing overlaps") {
    const Scratch scratch;
    const Profile got = profile_training(Net{}, pictures(5), quick);
    got.write_chrome_trace(scratch / "trace.json");
    const auto bytes = read_bytes(scratch / "trace.json");
    const auto trace = nlohmann::json::parse(reinterpret_cast<const char*>(bytes.data()), reinterpret_cast<const char*>(bytes.data()) + bytes.size());
    const auto& events = trace.at("traceEvents");
    CHECK(events.size() == got.steps.size());
    std::map<std::string, std::size_t> kinds;
    std::map<std::size_t, double> ends;
    for (const auto& event : events) {
        ++kinds[event.at("cat").get<std::string>()];
        const double begin = event.at("ts").get<double>(), length = event.at("dur").get<double>();
        CHECK(length >= 0);
        double& end = ends[event.at("tid").get<std::size_t>()];
        CHECK(begin >= end - 0.002);  // as rounded
        end = begin + length;
    }
    CHECK(ends.size() <= threads());
    CHECK(kinds.at("forward again") == 5);
    CHECK(kinds.at("backward") + kinds.at("forward") + kinds.at("forward again") == events.size());
    CHECK_THROWS_AS(got.write_chrome_trace(scratch / "nowhere" / "trace.json"), FileError);
}

TEST_CASE("options and pictures that make no sense") {
    const Net network;
    CHECK(message_of([&] { (void)profile(network, pictures(1), {.rounds = 0}); }).find("at least 1 round were expected, but got 1 and 0") != std::string::npos);
    CHECK(message_of([&] { (void)profile(network, pictures(1), {.seconds = -1}); }).find("seconds of at least 0") != std::string::npos);
    CHECK(message_of([&] { (void)profile(network, pictures(1), {.seconds = not_a_number<double>()}); }).find("seconds of at least 0") != std::string::npos);
    auto bad = pictures(2);
    bad(1, 0, 0, 0) = not_a_number<float>();
    CHECK_THROWS_AS((void)profile(network, bad, quick), std::invalid_argument);
    CHECK_THROWS_AS((void)profile_training(network, bad, quick), std::invalid_argument);
    CHECK_THROWS_AS((void)profile(network, Array<float, 4>(std::array<std::size_t, 4>{1, 12, 10, 1}), quick), std::invalid_argument);
}
