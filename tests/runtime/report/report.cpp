// SPDX-License-Identifier: MIT
#include "messages.hpp"
#include "scratch.hpp"

#include <denim/denim.hpp>
#include <denim/data/data_set.hpp>
#include <denim/report/report.hpp>

#include <doctest/doctest.h>

#include <fstream>

using namespace denim;

namespace {

using Net = Network<Image<8, 8, 3>, Sequential<Conv<3, 4>, MaxPool, Dense<2>>>;

/// Dark pictures and bright ones; one of each has the other's label.
DataSet dark_and_bright(std::vector<std::string> names) {
    DataSet set = DataSet::with_room(12, {8, 8, 3}, std::move(names));
    for (std::size_t n = 0; n < set.size(); ++n) {
        std::fill_n(set.picture(n), 192, static_cast<std::uint8_t>(n % 2 == 0 ? 10 + n : 200 + n));
        set.labels(n) = static_cast<std::int32_t>(n < 2 ? 1 - n % 2 : n % 2);
    }
    return set;
}

Net learned(const DataSet& set, History& history) {
    Net network{Seed{3}};
    history = fit(network, set, set, {.epochs = 60, .batch = 12, .optimizer = Adam{.rate = 3e-3f}});
    return network;
}

std::string read(const std::filesystem::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

TEST_CASE("a report holds all that a run's page shows") {
    const Scratch scratch;
    const DataSet set = dark_and_bright({"dark", "bright"});
    History history;
    const Net network = learned(set, history);
    const RunReport run = report(network, history, set);
    const auto logits = network.predict(set.images);
    CHECK(run.network == network.summary());
    CHECK(run.history.epochs.size() == 60);
    CHECK(run.labels == std::vector<std::string>{"dark", "bright"});
    CHECK(run.truth == std::vector<std::int32_t>{1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1});
    CHECK(run.logits == std::vector<float>(logits.begin(), logits.end()));
    CHECK(run.gives == Gives::classes);
    REQUIRE(run.mistakes.size() == 2);  // those with the other's label
    CHECK(run.mistakes[0].confidence >= run.mistakes[1].confidence);
    REQUIRE(run.pictures.size() == 1);
    CHECK(run.pictures[0].second.pixels == draw_filters(network.layer<0>().weights()).pixels);

    write_report(scratch / "dark or bright.html", network, history, set);
    const std::string page = read(scratch / "dark or bright.html");
    for (const char* const part : {"<title>dark or bright</title>", "Accuracy 0.8333 of 12 pictures", "<td>bright</td><td>6</td>", "Mistakes", "Filters of the first layer"})
        CHECK_MESSAGE(page.find(part) != std::string::npos, part);
}

TEST_CASE("without names classes are numbers; pictures of floats have no mistakes to show") {
    const DataSet set = dark_and_bright({});
    const Net network{Seed{1}};
    CHECK(report(network, {}, set).labels == std::vector<std::string>{"0", "1"});
    const Array<float, 4> floats = set.images / 255.0f;
    const RunReport run = report(network, {}, LabelledPair{floats, set.labels});
    CHECK(run.mistakes.empty());
    CHECK(run.truth.size() == 12);
    const Network<Input<4>, Sequential<Dense<2>>> dense{Seed{1}};
    const Array<float, 2> vectors = xt::zeros<float>({3, 4});
    const Array<int, 1> labels = xt::zeros<int>({3});
    const RunReport plain = report(dense, {}, LabelledPair{vectors, labels});
    CHECK(plain.pictures.empty());
    CHECK(plain.logits.size() == 6);
}

TEST_CASE("what has no classes has no such report") {
    Net network{Seed{1}};
    network.set_gives(0, Gives::numbers);
    CHECK(message_of([&] { static_cast<void>(report(network, {}, dark_and_bright({}))); }).find("name the loss") != std::string::npos);
}
