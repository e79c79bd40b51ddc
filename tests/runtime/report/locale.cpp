// SPDX-License-Identifier: MIT
// What the library writes, in a program whose world writes 1.234,5.
#include "comma_locale.hpp"

#include <denim/all.hpp>

#include <doctest/doctest.h>

#include <cstdio>
#include <map>
#include <sstream>

using namespace denim;

namespace {

template <std::size_t Outputs>
using Small = Network<Image<4, 4, 1>, Sequential<Dense<Outputs, ReLU>, Dense<3>>>;
using Large = Network<Image<20, 20, 3>, Sequential<Conv<3, 32>, BatchNorm, Dense<100, ReLU>, Dense<3>>>;

struct Set {
    Array<float, 4> images = Array<float, 4>(std::array<std::size_t, 4>{1200, 4, 4, 1});
    Array<std::int32_t, 1> labels = Array<std::int32_t, 1>(std::array<std::size_t, 1>{1200});
    Set() {
        for (std::size_t n = 0; n < images.size(); ++n) images.data()[n] = static_cast<float>(n * 37 % 101) / 101;
        for (std::size_t n = 0; n < labels.size(); ++n) labels(n) = static_cast<std::int32_t>(n % 3);
    }
};

template <class Value>
std::string streamed(const Value& value) {
    std::ostringstream stream;
    stream << value;
    return stream.str();
}

template <class Act>
std::string refused(Act act) {
    try {
        act();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing was thrown";
}

std::string text_of(const std::filesystem::path& path) {
    const auto bytes = read_bytes(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

History history() {
    History result;
    for (std::size_t n = 1; n <= 3; ++n)
        result.epochs.push_back({n, {1.5 / static_cast<double>(n), 0.5}, {0.1234567891, 0.25}, 0.001, 1234.5, 98765.4});
    return result;
}

std::string progress_line() {
    std::FILE* const file = std::tmpfile();
    History shown = history();
    Small<4> network{Seed{1}};
    const FitOptions options;
    NetworkLearner learner{network, 4, LossOfHeads{options.loss, options.head_losses}, options.head_weights};
    Run run{.learner = learner, .history = shown, .epochs = 1500};
    ProgressLine{file}.on_epoch(run);
    std::rewind(file);
    std::string line(200, '\0');
    line.resize(std::fread(line.data(), 1, line.size(), file));
    std::fclose(file);
    run.epoch = 1, run.batch = 1234, run.batches = 2000, run.images = 4321, run.training_images = 54321, run.seconds = 2.5, run.train = {0.5, 0.75};
    return line + ProgressBar::line(run);
}

/// Each text that the library makes of numbers, by a name.
std::map<std::string, std::string> texts(const std::filesystem::path& folder) {
    std::map<std::string, std::string> all;
    all["csv"] = csv(history());
    const Series series{"loss", {1, 2, 3}, {0.125, 1234.5678, 0.001}};
    all["chart"] = line_chart("losses", "epoch", {&series, 1});
    all["repeats"] = repeats(std::vector<double>{0.5, 0.75}).text();
    SweepTable table{"sweep", {{"rate=0.001", {{"rate", 0.001}}, 1234, {{1, "", history(), {0.25, 0.5}}, {2, "", history(), {0.5, 0.75}}}}}};
    all["sweep"] = streamed(table);
    write_report(folder / "sweep.html", table);
    all["sweep page"] = text_of(folder / "sweep.html");
    RunReport report{.name = "run"};
    report.history = history();
    write_report(folder / "run.html", report);
    all["run page"] = text_of(folder / "run.html");
    const Set set;
    const Small<4> network{Seed{1}};
    all["evaluation"] = streamed(evaluate(network, set));
    all["summary"] = Large{Seed{1}}.summary();
    all["description"] = describe(Large{Seed{1}}).json();
    all["setting"] = detail::setting_name(detail::RunRates{1.5e-3f, 1e-5f, 0.25f}.named({}), ",");
    all["progress"] = progress_line();
    save(network, folder / "network.safetensors", {.labels = {"a", "b", "c"}});
    all["safetensors"] = text_of(folder / "network.safetensors");
    export_onnx(network, folder / "network.onnx", {.labels = {"a", "b", "c"}});
    all["onnx"] = text_of(folder / "network.onnx");
    Small<4> other{Seed{2}};
    all["matching"] = streamed(load_matching(other, read_weights(folder / "network.safetensors")));
    std::vector<float> halves(1300, 0.5f);
    std::fill_n(halves.begin(), 1234, 0.0f);
    all["array"] = refused([&] { (void)AnyArrayView::of<float>(halves, {halves.size()}).as<std::int32_t>(); });
    return all;
}

}  // namespace

TEST_CASE("texts and files have the same bytes under a locale with a comma as without") {
    const Scratch plain, german;
    const auto expected = texts(plain.folder());
    const CommaLocale locale;
    REQUIRE(streamed(1234.5) == "1.234,5");
    if (!CommaLocale::reaches_printf()) MESSAGE("there is no locale for printf to try");
    const auto found = texts(german.folder());
    for (const auto& [name, text] : expected) {
        CAPTURE(name);
        CHECK(!text.empty());
        CHECK(found.at(name) == text);
    }
    CHECK(expected.at("csv").find(",0.123456789,") != std::string::npos);
    CHECK(expected.at("setting") == "rate=0.0015,l2=1e-05,dropout=0.25");
}

TEST_CASE("numbers in sentences are written with a point") {
    const CommaLocale locale;
    const Set set;
    Small<4> network{Seed{1}};
    CHECK(refused([&] { fit(network, set, {.clip_norm = -0.5f}); }).find("-0.5") != std::string::npos);
    CHECK(refused([&] { fit(network, set, {.loss = SoftmaxCrossEntropy{.label_smoothing = 1.5f}}); }).find("1.5") != std::string::npos);
    CHECK(refused([&] { repeats(std::vector<double>{1, 2}, 1.5); }).find("1.5 ") != std::string::npos);
}

TEST_CASE("what is written under one locale is read under another, and a run goes on") {
    const Scratch scratch;
    const Set set;
    Small<4> first{Seed{1}}, second{Seed{1}}, whole{Seed{1}};
    const Checkpoint checkpoint{.folder = scratch / "run"};
    fit(first, set, {.epochs = 1, .batch = 300}, Checkpoint{checkpoint});
    save(first, scratch / "plain.safetensors");
    fit(whole, set, {.epochs = 2, .batch = 300});
    const CommaLocale locale;
    const Small<4> loaded = load<Small<4>>(scratch / "plain.safetensors");
    CHECK(std::ranges::equal(loaded.parameters(), first.parameters()));
    const History history = fit(second, set, {.epochs = 2, .batch = 300}, Checkpoint{checkpoint});
    CHECK(history.epochs.size() == 2);
    CHECK(std::ranges::equal(second.parameters(), whole.parameters()));
}
