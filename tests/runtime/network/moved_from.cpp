// SPDX-License-Identifier: MIT
// Objects that were moved from are refused by assert, with a sentence; some have nothing that could be missed.
#undef NDEBUG
#include "death.hpp"
#include "scratch.hpp"

#include <denim/data/data_set.hpp>
#include <denim/data/picture_store.hpp>
#include <denim/denim.hpp>
#include <denim/exchange/save.hpp>
#include <denim/format/event_file.hpp>
#include <denim/format/npz.hpp>

#include <doctest/doctest.h>

#include <optional>

using namespace denim;

namespace {

using Small = Network<Image<4, 4, 1>, Sequential<Dense<3, ReLU>, Dense<2>>>;

const Array<float, 4> pictures = xt::ones<float>({3, 4, 4, 1});
const Array<std::int32_t, 1> labels = xt::zeros<std::int32_t>({3});

/// What is said where `act` uses an object that was moved from.
template <class Object, class Act>
std::string said(Object object, Act act) {
    [[maybe_unused]] const Object taken{std::move(object)};
    return last_words([&] { act(object); });
}

bool is_refused(const std::string& words, const std::string& what) { return words.find("denim: this " + what + " was moved from") != words.npos; }

}  // namespace

TEST_CASE("a network: by all that reads or changes its parameters") {
    const auto refused = [](auto act) { return is_refused(said(Small{Seed{1}}, act), "network"); };
    CHECK(refused([](Small& network) { (void)network.parameters(); }));
    CHECK(refused([](Small& network) { (void)network.predict(pictures); }));
    CHECK(refused([](Small& network) { (void)network.layer<0>(); }));
    CHECK(refused([](Small& network) { network.edit([](auto& layers) { layers.template get<0>().weights() *= 0.5f; }); }));
    CHECK(refused([](Small& network) { network.edit_parameters([](auto numbers) { numbers[0] = 1; }); }));
    CHECK(refused([](Small& network) { network.freeze<0>(); }));
    CHECK(refused([](Small& network) { (void)network.summary(); }));
    CHECK(refused([](Small& network) { (void)network.rows(); }));
    CHECK(refused([](Small& network) { fit(network, pictures, labels, {.epochs = 1}); }));
    CHECK(refused([](Small& network) { (void)evaluate(network, pictures, labels); }));
    CHECK(refused([](Small& network) { save(network, "/nowhere/x"); }));
    CHECK(refused([](Small& network) { const Small copy{network}; (void)copy.parameters(); }));
}

TEST_CASE("a network that was moved from can be assigned to") {
    Small first{Seed{1}};
    const Small second{std::move(first)};
    first = Small{Seed{2}};
    CHECK(first.predict(pictures).shape(0) == 3);
}

TEST_CASE("a predictor, a trainer") {
    const Small network{Seed{1}};
    CHECK(is_refused(said(Predictor{network}, [](auto& predictor) { (void)predictor.predict(pictures); }), "predictor"));
    CHECK(is_refused(said(Predictor{network}, [](auto& predictor) { (void)predictor.classes(pictures); }), "predictor"));
}

TEST_CASE("a data set, although its array keeps its extents") {
    const auto refused = [](auto act) {
        DataSet set = DataSet::with_room(3, {4, 4, 1}, {"a", "b"});
        return is_refused(said(std::move(set), act), "data set");
    };
    CHECK(refused([](DataSet& set) { (void)set.size(); }));
    CHECK(refused([](DataSet& set) { (void)set.picture(1); }));
    CHECK(refused([](DataSet& set) { (void)set.select(std::array<std::size_t, 1>{1}); }));
    CHECK(refused([](DataSet& set) { set.check(); }));
    CHECK(DataSet{}.size() == 0);
    const std::string words = said(Array<float, 4>{pictures}, [](auto& array) { (void)Small{}.predict(array); });
    CHECK(words.find("denim: the array of pictures was moved from") != words.npos);
}

TEST_CASE("a store of pictures, an event file, an npz file, a reader of rows") {
    const Scratch scratch;
    const std::vector<float> numbers(6);
    write_npz(scratch / "x.npz", {{"x", AnyArrayView::of<float>(numbers, {3, 2})}});
    std::uint8_t byte = 0;
    CHECK(is_refused(said(PictureStore{scratch.folder(), {1, 1, 1}, 100}, [&](PictureStore& store) { store.write(0, &byte); }), "store of pictures"));
    CHECK(is_refused(said(PictureStore{scratch.folder(), {1, 1, 1}, 100}, [&](PictureStore& store) { store.read(0, &byte); }), "store of pictures"));
    CHECK(is_refused(said(EventFile{scratch / "log"}, [](EventFile& file) { file.write(0, ""); }), "event file"));
    CHECK(is_refused(said(Npz{scratch / "x.npz"}, [](Npz& file) { (void)file.read("x"); }), "npz file"));
    CHECK(is_refused(said(Npz{scratch / "x.npz"}.rows("x"), [](RowReader& rows) { (void)rows.read(0, 1); }), "reader of rows"));
}

TEST_CASE("options that were moved from are as they were") {
    Optimizer optimizer{Adam{.rate = 0.25f}};
    const Optimizer taken{std::move(optimizer)};
    CHECK(optimizer.rate() == 0.25f);
    Loss loss{MeanSquaredError{}};
    const Loss other{std::move(loss)};
    CHECK(loss.wants() == Wants::numbers);
}
