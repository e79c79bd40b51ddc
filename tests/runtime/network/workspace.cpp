// SPDX-License-Identifier: MIT
// How much memory networks take while they run, and that their loops stay inside of it.
#include "kept_threads.hpp"
#include "messages.hpp"

#include <denim/data/data_set.hpp>
#include <denim/denim.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <new>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

namespace {

std::atomic<std::size_t> live = 0;  // bytes of aligned arrays, of this whole program
constexpr std::size_t head = 4096;  // holds the size, in front of what is given out

}  // namespace

// Every AlignedArray comes and goes through these two.
extern "C++" {
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
    const std::size_t before = std::max(head, static_cast<std::size_t>(alignment)), step = static_cast<std::size_t>(alignment);
    auto* const all = static_cast<std::byte*>(std::aligned_alloc(step, (before + bytes + step - 1) / step * step));
    if (!all) throw std::bad_alloc{};
    std::construct_at(reinterpret_cast<std::size_t*>(all), bytes);
    live += bytes;
    return all + before;
}
void operator delete[](void* given, std::align_val_t alignment) noexcept {
    if (!given) return;
    auto* const all = static_cast<std::byte*>(given) - std::max(head, static_cast<std::size_t>(alignment));
    live -= *reinterpret_cast<std::size_t*>(all);
    std::free(all);
}
}

using namespace denim;

namespace {

std::function<void()> meanwhile;  // what happens while a sample is in the middle of a network
std::set<std::thread::id> seen;   // the threads that worked behind it
std::mutex seen_mutex;

/// Passes its input on, and lets something happen meanwhile.
template <bool Happens>
struct Watch : SpecDefaults {
    template <class Arithmetic, Layout Out, Layout In>
    struct Layer : LayerDefaults<Arithmetic> {
        static void forward(const Forward<Arithmetic>& at) {
            for (std::size_t y = 0; y < In.shape.height; ++y)
                for (std::size_t x = 0; x < In.shape.width; ++x)
                    std::copy_n(at.input() + In.offset(y, x), In.shape.channels, at.output + Out.offset(y, x));
            if (Happens && meanwhile) meanwhile();
            if (Happens) return;
            const std::scoped_lock lock{seen_mutex};
            seen.insert(std::this_thread::get_id());
        }
        template <Gradient To>
        static void backward(const Backward<Arithmetic>& at) {
            if constexpr (To == Gradient::write)
                for (std::size_t y = 0; y < In.shape.height; ++y)
                    for (std::size_t x = 0; x < In.shape.width; ++x)
                        std::copy_n(at.output_gradient + Out.offset(y, x), In.shape.channels, at.input_gradient() + In.offset(y, x));
        }
    };
};

/// Stages before and behind a layer on batches.
using Staged = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Same>, Watch<true>, Dense<400>, Watch<false>, Dense<3>>>;

template <class Number>
Array<Number, 4> pictures_of(Shape shape, std::size_t count) {
    Array<Number, 4> pictures({count, shape.height, shape.width, shape.channels});
    for (std::size_t n = 0; n < pictures.size(); ++n) pictures.data()[n] = static_cast<Number>(n * 37 % 101);
    return pictures;
}

/// What one prediction adds to the program's memory for good.
template <class Tested>
std::size_t kept_by_one_picture(std::size_t wanted) {
    const testing::KeptThreads kept_threads;
    set_threads(wanted);
    const Predictor predictor{Tested{}};
    const std::size_t before = live;
    (void)predictor.predict(pictures_of<std::uint8_t>(Tested::input, 1));
    return live - before;
}

}  // namespace

TEST_CASE("one picture needs one set of values however many threads share it, and scratch for those that have a band") {
    const testing::KeptThreads kept_threads;
    using Deep = Network<Image<40, 30, 3>, Sequential<Conv<5, 16>, MaxPool, Conv<3, 16>, DepthwiseConv<3>, Dense<3>>>;
    using Plan = Predictor<Deep>::Plan;
    set_serial_threshold(std::size_t{1} << 60);
    const std::size_t one = kept_by_one_picture<Deep>(1), many = kept_by_one_picture<Deep>(64);
    std::size_t bands = 0;  // of the layer with most; all take turns with one scratch
    each_index<0, Plan::count>([&]<std::size_t Index>() {
        if (Plan::LayerAt<Index>::scratch_size > 0) bands = std::max(bands, Plan::LayerAt<Index>::bands);
        CHECK(Plan::LayerAt<Index>::scratch_size * sizeof(float) <= places<Plan>.thread_scratch);
    });
    const std::size_t scratch = (std::min<std::size_t>(bands, 64) - 1) * places<Plan>.thread_scratch;
    CHECK(many - one == scratch);
    CHECK(kept_by_one_picture<Network<Image<40, 30, 3>, Sequential<DepthwiseConv<3>, Dense<3>>>>(64) ==
          kept_by_one_picture<Network<Image<40, 30, 3>, Sequential<DepthwiseConv<3>, Dense<3>>>>(1));
}

TEST_CASE("a predictor has nothing of what backward alone needs") {
    using Conv5 = Network<Image<40, 30, 3>, Sequential<Conv<5, 16>, MaxPool, Dense<3>>>;
    using Learns = Plan<Conv5::Graph, Fast, Mode::training>;
    using Answers = Plan<Conv5::Graph, Fast, Mode::inference>;
    const auto keeps = [](const NodePlaces& node) { return node.record.held != Held::nowhere; };
    CHECK(std::ranges::none_of(places<Answers>.nodes, keeps));
    CHECK(std::ranges::any_of(places<Learns>.nodes, keeps));
    CHECK(4 * Answers::LayerAt<0>::scratch_size < Learns::LayerAt<0>::scratch_size);
}

TEST_CASE("a predictor has as many workspaces as there are calls at a time, whatever their sizes") {
    const testing::KeptThreads kept_threads;
    set_threads(1);
    const Predictor predictor{Staged{Seed{1}}};
    const auto alone = pictures_of<float>(Staged::input, 1), batch = pictures_of<float>(Staged::input, 64);
    const Array<float, 2> expected = predictor.predict(batch);
    const auto one_within_another = [&](const auto& outer, const auto& inner) {
        bool done = false;
        meanwhile = [&] {
            if (std::exchange(done, true)) return;
            const Array<float, 2> logits = predictor.predict(inner);
            CHECK(std::equal(logits.begin(), logits.end(), expected.begin()));
        };
        const Array<float, 2> logits = predictor.predict(outer);
        CHECK(std::equal(logits.begin(), logits.end(), expected.begin()));
        meanwhile = nullptr;
    };
    std::size_t kept = 0;
    for (int turn = 0; turn < 12; ++turn) {
        one_within_another(batch, alone);
        one_within_another(alone, batch);
        if (turn == 1) kept = live;
    }
    CHECK(live == kept);
}

TEST_CASE("set_threads while a network works changes no memory under it") {
    const testing::KeptThreads kept_threads;
    set_serial_threshold(0);
    set_threads(1);
    const Staged network{Seed{1}};
    const auto pictures = pictures_of<float>(Staged::input, 16);
    const Array<float, 2> expected = network.predict(pictures);
    meanwhile = [] { set_threads(8); };
    seen.clear();
    const Predictor predictor{network};
    set_threads(1);
    const Array<float, 2> logits = predictor.predict(pictures);
    CHECK(seen.size() == 1);
    CHECK(std::equal(logits.begin(), logits.end(), expected.begin()));

    Trainer<Staged::Graph, Fast, SoftmaxCrossEntropy> trainer{16};
    std::vector<std::int32_t> labels(16, 1);
    std::vector<std::uint32_t> order(16);
    std::iota(order.begin(), order.end(), 0u);
    seen.clear();
    set_threads(1);
    const Pictures source = Pictures::of(pictures, Staged::input);
    trainer.step(network.parameters(), network.all_settings(), {source, labels, order});
    CHECK(seen.size() == 1);
    meanwhile = nullptr;
}

TEST_CASE("a trainer has workspaces for shares of the batch, not for threads that find none") {
    const testing::KeptThreads kept_threads;
    using Small = Network<Image<8, 8, 1>, Sequential<Conv<3, 4, Same>, Dense<3>>>;
    const auto pictures = pictures_of<float>(Small::input, 16);
    const std::vector<std::int32_t> labels(16, 1);
    std::vector<std::uint32_t> order(16);
    std::iota(order.begin(), order.end(), 0u);
    const Small network{Seed{1}};
    const auto kept = [&](std::size_t wanted) {
        set_threads(wanted);
        Trainer<Small::Graph, Fast, SoftmaxCrossEntropy> trainer{16};
        const std::size_t before = live;
        const Pictures source = Pictures::of(pictures, Small::input);
        trainer.step(network.parameters(), network.all_settings(), {source, labels, order});
        set_threads(0);
        return live - before;
    };
    set_serial_threshold(std::size_t{1} << 60);
    CHECK(kept(64) == kept(8));
    CHECK(kept(8) > kept(1));
}

TEST_CASE("what a trainer or a predictor is handed is large enough for what it says") {
    using Small = Network<Image<4, 4, 1>, Sequential<Dense<3>>>;
    const Small network{Seed{1}};
    const auto pictures = pictures_of<float>(Small::input, 4);
    const Pictures source = Pictures::of(pictures, Small::input);
    const std::vector<std::int32_t> labels(4, 1);
    const std::vector<std::uint32_t> order{3, 0};
    const std::vector<float> numbers(11, 1.0f);
    Trainer<Small::Graph, Fast, LossOfHeads> trainer{2, {SoftmaxCrossEntropy{}}};
    const auto step = [&](const Batch& batch) {
        return message_of([&] { trainer.step(network.parameters(), network.all_settings(), batch); });
    };
    CHECK(step({source, labels, order}).empty());
    const std::vector<std::uint32_t> beyond{3, 4};
    CHECK(step({source, labels, beyond}) == "denim: a batch with at least 5 pictures was expected, but it has 4");
    CHECK(step({source, std::span{labels}.first(3), order}) == "denim: a batch with at least 4 labels was expected, but it has 3");
    CHECK(step({source, {}, order, {}, 0, {}, numbers}) == "denim: a batch with at least 12 numbers to aim at was expected, but it has 11");
    const Pictures other{{4, 5, 1}, 4, nullptr, pictures.data()}, empty{{4, 4, 1}, 4};
    const std::string shape = "denim: the network takes pictures of shape (4, 4, 1), but these have the shape (4, 5, 1)";
    CHECK(step({other, labels, order}) == shape);
    CHECK(step({empty, labels, order}) == "denim: 4 pictures were expected, but neither bytes nor floats came");
    CHECK(message_of([&] { trainer.step(network.parameters().first(9), network.all_settings(), {source, labels, order}); }) ==
          "denim: Trainer: 51 parameters and the settings of 1 layers were expected, but 9 and 1 came");
    float logits[12];
    CHECK(message_of([&] { Predictor{network}.predict(other, logits); }) == shape);
}

TEST_CASE("batches are read while another thread changes how many threads there are") {
    const testing::KeptThreads kept_threads;
    DataSet set;
    set.images = pictures_of<std::uint8_t>({6, 5, 3}, 40);
    set.labels = xt::zeros<std::int32_t>({40});
    std::atomic<bool> stop = false;
    std::thread other{[&] {
        for (std::size_t n = 0; !stop; ++n) set_threads(n % 2 ? 8 : 1);
    }};
    set_serial_threshold(0);
    const Batches batches{set, 40, Seed{1}, 1, {.flip = true, .shift = 0.2f}};
    const LoadedBatch first = batches[0];
    for (int turn = 0; turn < 50; ++turn) {
        const LoadedBatch again = batches[0];
        CHECK(std::equal(again.images.begin(), again.images.end(), first.images.begin()));
    }
    stop = true;
    other.join();
}
