// SPDX-License-Identifier: MIT
#pragma once

// One value of a TensorBoard log as bytes: the message Summary.Value of tensorboard/compat/proto/summary.proto, in the form
// that TensorFlow 2 writes (a tensor, and the plugin that shows it).

#include <denim/machine/finite.hpp>

#include <protozero/pbf_writer.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace denim {

/// A picture file in memory, for a log.
struct LoggedImage {
    std::size_t height = 0, width = 0;
    std::span<const std::uint8_t> png;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

enum class DataClass { scalar = 1, tensor = 2, blobs = 3 };
enum class TensorType { float32 = 1, float64 = 2, text = 7 };

/// Field numbers: Value {tag 1, tensor 8, metadata 9}, SummaryMetadata {plugin_data 1, data_class 4}, PluginData {plugin_name
/// 1, content 2}, TensorProto {dtype 1, tensor_shape 2, float_val 5, double_val 6, string_val 8}, TensorShapeProto {dim 2 {size
/// 1}}.
class SummaryMessage {
public:
    SummaryMessage(std::string_view tag, std::string_view plugin, DataClass kind, std::string_view content = {}) {
        value_.add_string(1, tag.data(), tag.size());
        protozero::pbf_writer metadata{value_, 9};
        {
            protozero::pbf_writer data{metadata, 1};
            data.add_string(1, plugin.data(), plugin.size());
            if (!content.empty()) data.add_bytes(2, content.data(), content.size());
        }
        metadata.add_enum(4, static_cast<int>(kind));
    }
    SummaryMessage(const SummaryMessage&) = delete;
    SummaryMessage& operator=(const SummaryMessage&) = delete;

    /// Adds the tensor; `fill` adds its numbers.
    template <class Fill>
    std::string with_tensor(TensorType type, std::initializer_list<std::size_t> shape, Fill fill) {
        {
            protozero::pbf_writer tensor{value_, 8};
            tensor.add_enum(1, static_cast<int>(type));
            {
                protozero::pbf_writer extents{tensor, 2};
                for (const std::size_t size : shape) {
                    protozero::pbf_writer extent{extents, 2};
                    extent.add_int64(1, static_cast<std::int64_t>(size));
                }
            }
            fill(tensor);
        }
        return bytes_;
    }

private:
    std::string bytes_;
    protozero::pbf_writer value_{bytes_};
};

}  // namespace detail

/// A number at a step.
inline std::string scalar_message(std::string_view tag, double number) {
    return detail::SummaryMessage{tag, "scalars", detail::DataClass::scalar}.with_tensor(
        detail::TensorType::float32, {}, [&](auto& tensor) {
            const auto value = static_cast<float>(number);
            tensor.add_packed_float(5, &value, &value + 1);
        });
}

/// A text in Markdown.
inline std::string text_message(std::string_view tag, std::string_view text) {
    return detail::SummaryMessage{tag, "text", detail::DataClass::tensor}.with_tensor(
        detail::TensorType::text, {}, [&](auto& tensor) { tensor.add_bytes(8, text.data(), text.size()); });
}

/// A picture.
inline std::string image_message(std::string_view tag, const LoggedImage& image) {
    const std::string width = std::to_string(image.width), height = std::to_string(image.height);
    return detail::SummaryMessage{tag, "images", detail::DataClass::blobs}.with_tensor(
        detail::TensorType::text, {3}, [&](auto& tensor) {
            tensor.add_bytes(8, width);
            tensor.add_bytes(8, height);
            tensor.add_bytes(8, reinterpret_cast<const char*>(image.png.data()), image.png.size());
        });
}

/// How many of the finite numbers lie where, in `buckets` of equal width: rows (left edge, right edge, count), as TensorBoard's
/// histogram plugin wants them.
inline std::string histogram_message(std::string_view tag, std::span<const float> numbers, std::size_t buckets = 30) {
    double least = 0, largest = 0;
    bool first = true;
    for (const float number : numbers) {
        if (!is_finite(number)) continue;
        const auto value = static_cast<double>(number);
        least = first ? value : std::min(least, value);
        largest = first ? value : std::max(largest, value);
        first = false;
    }
    if (largest == least) buckets = 1;
    const double width = (largest - least) / static_cast<double>(buckets);
    std::vector<double> rows(buckets * 3);
    for (std::size_t n = 0; n < buckets; ++n) {
        rows[3 * n] = largest == least ? least - 0.5 : least + static_cast<double>(n) * width;
        rows[3 * n + 1] = largest == least   ? least + 0.5
                          : n + 1 == buckets ? largest
                                             : least + static_cast<double>(n + 1) * width;
    }
    for (const float number : numbers) {
        if (!is_finite(number)) continue;
        const double place = largest == least ? 0 : (static_cast<double>(number) - least) / width;
        rows[3 * std::min(static_cast<std::size_t>(place), buckets - 1) + 2] += 1;
    }
    return detail::SummaryMessage{tag, "histograms", detail::DataClass::tensor}.with_tensor(
        detail::TensorType::float64, {buckets, 3},
        [&](auto& tensor) { tensor.add_packed_double(6, rows.begin(), rows.end()); });
}

}  // namespace denim::inline DENIM_TARGET
