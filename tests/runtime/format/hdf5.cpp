// SPDX-License-Identifier: MIT
// Files of Keras's, by golden/make_keras.py, into networks; and what is none. Built where HDF5's library is installed.
#if __has_include(<hdf5.h>)
#include <denim/denim.hpp>
#include <denim/format.hpp>
#include <denim/hdf5.hpp>

#include <doctest/doctest.h>

#include "hostile.hpp"
#include "messages.hpp"
#include "scratch.hpp"

#include <cmath>
#include <thread>
#include <unistd.h>

using namespace denim;

namespace {

std::filesystem::path written(const std::string& name) { return golden("keras/" + name); }

using Block = Sequential<Conv<3, 6, Same, NoBias, Linear>, BatchNorm, Activation<ReLU>, Conv<1, 6, Linear>>;
using Nested = Network<Image<8, 8, 3>, Sequential<Conv<3, 4>, BatchNorm, Block, Dense<5, ReLU>, Dropout, Dense<3>>>;

// As far as Keras's answers are from the network's, in parts of the largest.
double distance_from_keras(const Nested& network) {
    const Npz answers{ByteSource{written("answers.npz")}};
    const std::vector<float> picture = answers.read("picture").as<float>(), logits = answers.read("logits").as<float>();
    const auto ours = Predictor{network}.predict(view(picture.data(), std::array<std::size_t, 4>{1, 8, 8, 3}));
    double largest = 0, difference = 0;
    for (std::size_t n = 0; n < 3; ++n) {
        largest = std::max(largest, std::fabs(static_cast<double>(logits[n])));
        difference = std::max(difference, std::fabs(static_cast<double>(ours(0, n)) - static_cast<double>(logits[n])));
    }
    return difference / largest;
}

std::vector<std::string> names_of(const KerasWeights& weights) {
    std::vector<std::string> names;
    for (const ForeignTensor& tensor : weights.tensors) names.push_back(tensor.name);
    return names;
}
std::string refusal(const std::string& name) {
    return message_of([&] { static_cast<void>(read_keras_weights(written(name))); });
}
// Of each BatchNorm's variance.
std::vector<double> epsilons_of(const KerasWeights& weights) {
    std::vector<double> epsilons;
    for (const ForeignTensor& tensor : weights.tensors)
        if (tensor.epsilon) epsilons.push_back(*tensor.epsilon);
    return epsilons;
}
bool says(const std::string& message, const std::string& sentence) {
    CAPTURE(message);
    CHECK(message.find(sentence) != std::string::npos);
    return message.find(sentence) != std::string::npos;
}

}  // namespace

TEST_CASE("a network answers as Keras, from each of Keras's files") {
    for (const std::string name : {"nested.keras", "nested.h5", "frozen.h5", "nested.weights.h5"}) {
        CAPTURE(name);
        Nested network{Seed{1}};
        CHECK(distance_from_keras(network) > 0.1);
        if (name == "nested.weights.h5")  // which says nothing of epsilons
            import_weights(network, written(name), {.batch_norm_epsilon = 0.01});
        else
            import_weights(network, written(name));
        CHECK(distance_from_keras(network) < 1e-5);
    }
}

TEST_CASE("arrays have the order of the layers, not that of their names, and the epsilons of the file") {
    const KerasWeights keras = read_keras_weights(written("nested.keras"));
    CHECK(keras.ordered);
    CHECK(epsilons_of(keras) == std::vector{0.01, 0.01});
    CHECK(names_of(keras) ==
          std::vector<std::string>{"z_conv/kernel", "z_conv/bias", "norm/gamma", "norm/beta", "norm/moving_mean", "norm/moving_variance",
                                   "block/first/kernel", "block/norm/gamma", "block/norm/beta", "block/norm/moving_mean",
                                   "block/norm/moving_variance", "block/a_second/kernel", "block/a_second/bias", "y_dense/kernel",
                                   "y_dense/bias", "b_dense/kernel", "b_dense/bias"});
    for (const std::string name : {"nested.h5", "frozen.h5"}) {
        CAPTURE(name);
        const KerasWeights old = read_keras_weights(written(name));
        CHECK(old.ordered);
        CHECK(epsilons_of(old) == std::vector{0.01, 0.01});
        REQUIRE(old.tensors.size() == keras.tensors.size());
        for (std::size_t n = 0; n < old.tensors.size(); ++n) {
            CHECK(old.tensors[n].name == "sequential/" + keras.tensors[n].name);
            CHECK(old.tensors[n].shape == keras.tensors[n].shape);
            CHECK(old.tensors[n].values == keras.tensors[n].values);
        }
    }
}

TEST_CASE("a file without a configuration has names by class and no order") {
    const KerasWeights weights = read_keras_weights(written("nested.weights.h5"));
    CHECK_FALSE(weights.ordered);
    CHECK(epsilons_of(weights).empty());
    const std::vector<std::string> names = names_of(weights);
    CHECK(names.size() == 17);
    for (const char* const name : {"conv2d/kernel", "dense_1/bias", "sequential/conv2d/kernel", "sequential/conv2d_1/bias",
                                   "sequential/batch_normalization/moving_variance"})
        CHECK_MESSAGE(std::ranges::count(names, name) == 1, name);
}

TEST_CASE("a functional model's arrays are named by its configuration, its optimizer is left out") {
    const KerasWeights weights = read_keras_weights(written("functional.keras"));
    CHECK(names_of(weights) ==
          std::vector<std::string>{"seen/mean", "seen/variance", "left/kernel", "left/bias", "left_norm/beta", "left_norm/moving_mean",
                                   "left_norm/moving_variance", "apart/depthwise_kernel", "apart/pointwise_kernel", "apart/bias",
                                   "slopes/alpha", "head/kernel", "head/bias"});
    CHECK(epsilons_of(weights) == std::vector{1e-3});
    const KerasWeights old = read_keras_weights(written("functional.h5"));
    REQUIRE(old.tensors.size() == weights.tensors.size());
    for (std::size_t n = 0; n < old.tensors.size(); ++n) CHECK(old.tensors[n].values == weights.tensors[n].values);
}

TEST_CASE("Keras 2's texts of fixed length, lists in pieces, other precisions and compressed numbers are read") {
    const KerasWeights mixed = read_keras_weights(written("mixed.h5"));
    CHECK(mixed.ordered);
    CHECK(names_of(mixed) == std::vector<std::string>{"z/kernel:0", "z/bias:0", "a/kernel:0", "a/bias:0"});
    CHECK(mixed.tensors[0].values == std::vector{0.5f, -2.0f});
    CHECK(mixed.tensors[1].values == std::vector{1.25f, 3.0f});
    CHECK(mixed.tensors[3].values == std::vector{2.25f, 4.0f});
    const KerasWeights packed = read_keras_weights(written("packed.h5"));
    REQUIRE(packed.tensors.size() == 2);
    CHECK(packed.tensors[0].shape == std::vector<std::size_t>{20, 30});
    for (std::size_t n = 0; n < 600; ++n) CHECK(packed.tensors[1].values[n] == static_cast<float>(n + 1));
}

TEST_CASE("an HDF5 file is read by paths") {
    const Hdf5 file{written("mixed.h5")};
    CHECK(file.names("") == std::vector<std::string>{"a", "empty", "z"});
    CHECK(file.has("z/z/kernel:0"));
    CHECK_FALSE(file.has("z/kernel:0"));
    CHECK_FALSE(file.has("z/z/kernel:0/more"));
    CHECK(file.is_array("/z/z/bias:0"));
    CHECK(file.names("z/z/bias:0").empty());
    CHECK(file.read("z/z/kernel:0").type == ElementType::float32);
    CHECK(file.read("z/z/bias:0").type == ElementType::float64);
    CHECK(file.texts("", "layer_names0") == std::vector<std::string>{"z", "empty"});
    CHECK(file.texts("empty", "weight_names").empty());
    CHECK_FALSE(file.has_attribute("", "layer_names"));
    says(message_of([&] { static_cast<void>(file.read("z/z")); }), "mixed.h5: array 'z/z': numbers were expected, this is a group");
    says(message_of([&] { static_cast<void>(file.read("y")); }), "mixed.h5: 'y' was expected in the file, there is none");
    says(message_of([&] { static_cast<void>(file.texts("", "names")); }), "the attribute 'names' of '': it was expected, there is none");
}

TEST_CASE("what is no float, or no weights of Keras's, is refused as what it is") {
    says(refusal("whole.h5"), "whole.h5: array '/z/z/kernel:0': numbers of float16, float32 or float64 were expected, int64 came");
    says(refusal("too_large.h5"), "element 0 of an array of float64 (1,) is 1e+300, which float32 cannot hold");
    says(refusal("links.h5"), "links.h5: '/z/kernel' is a link to another place, which is not followed");
    says(refusal("other.h5"), "other.h5: weights that Keras wrote were expected, this HDF5 file has none");
    says(refusal("answers.npz"), "a .keras or an HDF5 file was expected, this is an npz file of NumPy's");
    says(refusal("none.keras"), "none.keras");
    says(refusal("own.keras"), "the array 'layers/twice/dense/vars/0' is of no layer that the configuration lists");
}

TEST_CASE("branches of one shape go by the model in the file, where the network is what it says") {
    const KerasWeights weights = read_keras_weights(written("twins.keras"));
    const auto kernel = [&](const std::string& name) { return std::ranges::find(weights.tensors, name + "/kernel", &ForeignTensor::name)->values; };
    REQUIRE(kernel("one") != kernel("two"));
    Network<Image<1, 1, 2>, Sequential<Parallel<Conv<1, 3, Linear>, Conv<1, 3, Linear>>>> network{Seed{1}};
    import_weights(network, written("twins.keras"));
    CHECK(std::ranges::equal(network.parameters().first(6), kernel("two")));
    CHECK(std::ranges::equal(network.parameters().subspan(9, 6), kernel("one")));
    Network<Image<1, 1, 2>, Sequential<Parallel<Conv<1, 3>, Conv<1, 3>>>> other{Seed{1}};  // which is another
    says(message_of([&] { import_weights(other, written("twins.keras")); }), "stand in branches side by side");
}

TEST_CASE("each BatchNorm has its own epsilon in the file") {
    Network<Image<1, 1, 2>, Sequential<BatchNorm, BatchNorm>> both{Seed{1}}, alike{Seed{1}};
    const std::vector<ForeignTensor> arrays = read_keras_weights(written("epsilons.keras")).tensors;
    import_weights(both, written("epsilons.keras"));
    import_weights(alike, written("epsilons.keras"), {.batch_norm_epsilon = 1e-3});
    const auto changed = [&](std::size_t layer, std::size_t c) { return arrays[4 * layer].values[c] * std::sqrt((arrays[4 * layer + 3].values[c] + 1e-3f) / (arrays[4 * layer + 3].values[c] + (layer ? 1e-5f : 1e-3f))); };
    for (std::size_t c = 0; c < 2; ++c) {
        CHECK(both.parameters()[c] == arrays[0].values[c]);
        CHECK(both.parameters()[8 + c] == doctest::Approx(changed(1, c)));
        CHECK(alike.parameters()[8 + c] == arrays[4].values[c]);
    }
}

TEST_CASE("files that do not fit leave the network as it was, and say both sides") {
    Nested network{Seed{1}};
    const std::vector<float> before(network.parameters().begin(), network.parameters().end());
    says(message_of([&] { import_weights(network, written("functional.keras")); }), "17 arrays were expected, the file has 13");
    says(message_of([&] { import_weights(network, written("nested.keras"), WeightLayout::keras); }),
         "with denim/hdf5.hpp, import_weights(network, FILE) reads it");
    CHECK(std::ranges::equal(network.parameters(), before));
}

TEST_CASE("cut files are refused with a sentence") {
    const Scratch scratch;
    const std::vector<std::byte> h5 = read_bytes(written("mixed.h5")), keras = read_bytes(written("nested.keras"));
    const auto read = [](std::span<const std::byte> bytes) {
        const Hdf5 file{"cut.h5", bytes};
        static_cast<void>(file.read("z/z/kernel:0"));
        static_cast<void>(file.read("a/a/bias:0"));
    };
    check_cuts(h5, read);
    for (const bool archive : {false, true})
        for (std::size_t part = 0; part < 4; ++part) {
            const std::vector<std::byte>& bytes = archive ? keras : h5;
            const std::string name = archive ? "cut.keras" : "cut.h5";
            write_bytes(scratch / name, std::span{bytes}.first(bytes.size() * part / 4));
            const std::string message = message_of([&] { static_cast<void>(read_keras_weights(scratch / name)); });
            says(message, name);
            CHECK(message.find("expected") != std::string::npos);
        }
    says(message_of([] { Hdf5{"text.h5", std::as_bytes(std::span{"no such file"})}; }),
         "text.h5: an HDF5 file was expected; this is another one, or damaged or cut");
}

TEST_CASE("numbers of no bytes are refused") {
    const std::vector<std::byte> good = read_bytes(written("mixed.h5"));
    std::string bad{reinterpret_cast<const char*>(good.data()), good.size()};
    using namespace std::string_view_literals;
    const std::size_t type = bad.find("\x11\x20\x0f\x00\x02\x00\x00\x00"sv);  // a float with its sign in bit 15, of 2 bytes
    REQUIRE(type != std::string::npos);
    bad[type + 4] = 0;
    const auto bytes = bytes_of_text(bad);
    const auto read = [&] {
        const Hdf5 file("bad.h5", bytes);
        for (const char* const path : {"z/z/kernel:0", "a/a/kernel:0"}) static_cast<void>(file.read(path));
    };
    CHECK_THROWS_AS(read(), FileError);
}

TEST_CASE("HDF5's library prints nothing, gets its handler back, and is called by one thread at a time") {
    H5E_auto2_t print = nullptr;
    void* argument = nullptr;
    H5open();
    H5Eget_auto2(H5E_DEFAULT, &print, &argument);
    CHECK((print != nullptr));
    const Scratch scratch;
    const int kept = dup(2);
    REQUIRE(freopen((scratch / "printed").c_str(), "w", stderr) != nullptr);
    CHECK_THROWS_AS(Hdf5(written("answers.npz")), FileError);
    std::fflush(stderr);
    dup2(kept, 2);
    close(kept);
    CHECK(std::filesystem::file_size(scratch / "printed") == 0);
    H5E_auto2_t now = nullptr;
    H5Eget_auto2(H5E_DEFAULT, &now, &argument);
    CHECK((now == print));

    std::vector<std::thread> threads;
    std::array<std::size_t, 4> found{};
    for (std::size_t& count : found)
        threads.emplace_back([&count] {
            for (int n = 0; n < 10; ++n) count += read_keras_weights(written("nested.h5")).tensors.size();
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(found == std::array<std::size_t, 4>{170, 170, 170, 170});
    CHECK(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL) == 0);
}
#endif
