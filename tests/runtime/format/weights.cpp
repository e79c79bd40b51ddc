// SPDX-License-Identifier: MIT
#include <denim/format/weights.hpp>

#include <doctest/doctest.h>

#include "golden_values.hpp"
#include "hostile.hpp"
#include "scratch.hpp"

using namespace denim;

namespace {

const std::vector<float> kernel{1, 2, 3, 4, 5, 6}, bias{0.5f, -0.0f};

std::vector<NamedTensor> rows() { return {{"conv.weights", {3, 2}, kernel}, {"conv.bias", {2}, bias}}; }

const WeightsMetadata metadata{.architecture = "Network<Image<1, 1, 3>, Sequential<Dense<2>>>",
                               .labels = {"trousers", "\"quoted\"", "caf\xc3\xa9"},
                               .preprocessing = {.scale = 1 / 127.5f, .mean = {0.1f, 0.2f, 0.3f}, .deviation = {1, 2, 0.7f}},
                               .sample = SampleOutput{{0.1f, 1e-30f}, {3e38f}},
                               .others = {{"epochs", "7"}}};

}  // namespace

TEST_CASE("weights and what stands beside them are read as they were written") {
    const Scratch scratch;
    write_weights(scratch / "w.safetensors", rows(), metadata);
    const Weights weights = read_weights(scratch / "w.safetensors");
    CHECK(weights.metadata() == metadata);
    REQUIRE(weights.tensors().size() == 2);
    CHECK(weights.tensors()[0].name == "conv.weights");
    CHECK(weights.tensors()[0].shape == std::vector<std::size_t>{3, 2});
    CHECK(std::ranges::equal(weights.tensor("conv.weights").values, kernel));
    CHECK(std::ranges::equal(weights.tensor("conv.bias").values, bias));
    CHECK(std::signbit(weights.tensor("conv.bias").values[1]));
    CHECK_THROWS_WITH_AS(static_cast<void>(weights.tensor("none")), doctest::Contains("a tensor 'none' was expected"),
                         FileError);
    CHECK_NOTHROW(check_weights(weights, rows(), metadata.architecture));
    std::vector<NamedTensor> turned = rows();
    std::ranges::reverse(turned);
    CHECK_NOTHROW(check_weights(weights, turned, ""));
}

TEST_CASE("the rows stay where they are when the weights are moved") {
    const Scratch scratch;
    const AnyArray half = AnyArray::of<Float16>(AnyArrayView::of<float>(kernel, {6}).as<Float16>(), {6});
    write_safetensors(scratch / "w", {{"half", half}, {"full", AnyArrayView::of<float>(bias, {2})}});
    Weights first = read_weights(scratch / "w");
    const Weights second = std::move(first);
    CHECK(std::ranges::equal(second.tensor("half").values, kernel));
    CHECK(std::ranges::equal(second.tensor("full").values, bias));
}

TEST_CASE("weights of other programs: other types are converted, metadata may be missing") {
    const Scratch scratch;
    const auto wide = AnyArray::of<double>(std::vector<double>{0.1, 2}, {2});
    write_safetensors(scratch / "w", {{"wide", wide}});
    const Weights weights = read_weights(scratch / "w");
    CHECK(weights.tensors()[0].values[0] == 0.1f);
    CHECK(weights.metadata().architecture.empty());
    CHECK(weights.metadata().labels.empty());
    const auto far = AnyArray::of<double>(std::vector<double>{1e300}, {1});
    write_safetensors(scratch / "far", {{"far", far}});
    CHECK_THROWS_WITH_AS(
        read_weights(scratch / "far"),
        doctest::Contains("far: tensor 'far': element 0 of an array of float64 (1,) is 1e+300, which float32 cannot hold"),
        FileError);
}

TEST_CASE("whole numbers are no weights: they are quantised") {
    const Scratch scratch;
    const auto whole = AnyArray::of<std::int8_t>(std::vector<std::int8_t>{127, -3}, {2});
    write_safetensors(scratch / "w", {{"a", whole}});
    const Weights weights = read_weights(scratch / "w");  // one that nobody asks for does no harm
    CHECK(weights.type("a") == ElementType::int8);
    CHECK_THROWS_WITH_AS(check_weights(weights, std::vector<NamedTensor>{{"a", {2}, {}}}, ""),
                         doctest::Contains("w: tensor 'a': numbers of float16, bfloat16, float32 or float64 were expected, int8 came"), FileError);
}

TEST_CASE("weights that do not fit are one error with both sides, row by row") {
    const Scratch scratch;
    write_weights(scratch / "w.safetensors", rows(), metadata);
    const Weights weights = read_weights(scratch / "w.safetensors");
    const std::vector<NamedTensor> expected{{"conv.weights", {2, 3}, {}}, {"conv.bias", {2}, {}}, {"dense.bias", {10}, {}}};
    CHECK_THROWS_WITH_AS(
        check_weights(weights, expected, "Network<...>"),
        ((scratch / "w.safetensors").string() + ": the weights do not fit the network: 3 rows differ, 1 fit\n"
                                                "    in the file                                   | in the network\n"
                                                "    Network<Image<1, 1, 3>, Sequential<Dense<2>>> | Network<...>\n"
                                                "    conv.weights (3, 2)                           | conv.weights (2, 3)\n"
                                                "    -                                             | dense.bias (10,)")
            .c_str(),
        FileError);
    CHECK_THROWS_WITH_AS(check_weights(weights, std::span{expected}.first(0), ""), doctest::Contains("conv.bias (2,)      | -"),
                         FileError);
}

TEST_CASE("values that do not fill their shape are not written") {
    const Scratch scratch;
    const std::vector<NamedTensor> wrong{{"a", {3}, bias}};
    CHECK_THROWS_AS(write_weights(scratch / "w", wrong), std::invalid_argument);
    CHECK(std::filesystem::is_empty(scratch.folder()));
}

TEST_CASE("cut and damaged weights are errors or weights, never anything else") {
    const Scratch scratch;
    write_weights(scratch / "w", rows(), {.labels = {"a", "b"}, .sample = SampleOutput{{1}, {2}}});
    const auto read = [](std::span<const std::byte> bytes) { Weights{Safetensors{"test", bytes}}; };
    check_cuts(read_bytes(scratch / "w"), read);
    check_flips(read_bytes(scratch / "w"), read);
}
