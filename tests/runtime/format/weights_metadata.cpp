// SPDX-License-Identifier: MIT
#include <denim/format/weights_metadata.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace denim;

TEST_CASE("metadata are texts by key, and come back as they were") {
    WeightsMetadata metadata{
        .architecture = "A", .labels = {"a", "b"}, .preprocessing = {.scale = 0.5f, .mean = {1}, .deviation = {0.1f}}};
    auto texts = write_metadata(metadata);
    CHECK(texts["labels"] == R"(["a","b"])");
    CHECK(texts["version"] == "1");
    CHECK(!texts.contains("sample"));
    CHECK(read_metadata("file", texts) == metadata);
    metadata.sample = SampleOutput{{std::numeric_limits<float>::min(), 0.1f}, {std::numeric_limits<float>::max()}};
    metadata.others = {{"seed", "7"}};
    CHECK(read_metadata("file", write_metadata(metadata)) == metadata);
    CHECK(read_metadata("file", {}) == WeightsMetadata{.version = ""});
}

TEST_CASE("metadata that JSON cannot hold are not written") {
    CHECK_THROWS_AS(write_metadata({.preprocessing = {.scale = NAN}}), std::invalid_argument);
    CHECK_THROWS_AS(write_metadata({.sample = SampleOutput{{1}, {INFINITY}}}), std::invalid_argument);
    CHECK_THROWS_AS(write_metadata({.labels = {"\xff"}}), std::invalid_argument);
    CHECK_THROWS_AS(write_metadata({.others = {{"labels", ""}}}), std::invalid_argument);
}

TEST_CASE("hostile metadata are errors that name file and key") {
    const auto refused = [](const std::string& key, const std::string& text) {
        CHECK_THROWS_WITH_AS(read_metadata("file", {{key, text}}),
                             doctest::Contains(("file: the metadata '" + key + "'").c_str()), FileError);
    };
    for (const char* text :
         {"", "[", "{}", "1", "[1]", "[[\"a\"]]", "\"a\"", "null", "[\"a\", null]", "[\"a\"] x", "[\"\\ud800\"]"})
        refused("labels", text);
    refused("labels", std::string(1'000'000, '['));
    refused("labels", "[" + std::string(20'000'000, ' ') + "]");
    for (const char* text : {"[]", "{}", R"({"scale":1})", R"({"scale":"1","mean":[],"deviation":[]})",
                             R"({"scale":1e39,"mean":[],"deviation":[]})", R"({"scale":1,"mean":[null],"deviation":[]})",
                             R"({"scale":1,"mean":{},"deviation":[]})"})
        refused("preprocessing", text);
    refused("sample", R"({"input":[1]})");
    refused("sample", R"({"input":[1],"output":[1e39]})");
}

TEST_CASE("the output for the sample is compared") {
    const SampleOutput sample{{}, {10, 0}};
    CHECK_NOTHROW(check_sample("file", sample, {10.005f, 0.005f}));
    CHECK_THROWS_WITH_AS(check_sample("file", sample, {10, 0.02f}),
                         "file: the network gave 0 as number 1 for its sample when it was saved, now it gives 0.02", FileError);
    CHECK_THROWS_AS(check_sample("file", sample, {10, NAN}), FileError);
    CHECK_THROWS_AS(check_sample("file", sample, {10}), FileError);
}
