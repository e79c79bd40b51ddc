// SPDX-License-Identifier: MIT
#pragma once

// What a Keras layer was told ("config" in its file). Every key is used, or says what changes no answer, or is refused by name.

#include <denim/machine/file_error.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace denim::inline DENIM_TARGET::detail {

/// The settings of one layer. Whoever asks for a key accounts for it; `refuse_others` refuses what else is
/// set.
class KerasSettings {
public:
    using Json = nlohmann::json;

    explicit KerasSettings(const Json& config) : config_(config) {
        if (!config.is_object()) throw std::invalid_argument("its config is no object");
        learning_only({"name", "trainable"});
        require_float_numbers("dtype");
    }

    /// Throws std::invalid_argument with the key, what it is, and a sentence.
    [[noreturn]] void refuse(const std::string& key, std::string_view sentence) const {
        const auto found = config_.find(key);
        throw std::invalid_argument(in_quotes(key) + " is " + in_quotes(found == config_.end() ? "missing" : found->dump()) +
                                    "; " + std::string{sentence});
    }

    /// The value of a key, null where it is missing.
    const Json& value(const std::string& key) {
        static const Json none;
        known_.insert(key);
        const auto found = config_.find(key);
        return found == config_.end() ? none : *found;
    }
    bool flag(const std::string& key, bool otherwise) {
        const Json& json = value(key);
        if (json.is_null()) return otherwise;
        if (!json.is_boolean()) refuse(key, "true or false was expected");
        return json.get<bool>();
    }
    double number(const std::string& key, double otherwise) {
        const Json& json = value(key);
        if (json.is_null()) return otherwise;
        if (!json.is_number()) refuse(key, "a number was expected");
        return json.get<double>();
    }
    std::size_t size(const std::string& key) { return size_of(key, value(key)); }
    /// Rows and columns: two numbers, or one for both. Along a row alone: one.
    std::array<std::size_t, 2> pair(const std::string& key, std::array<std::size_t, 2> otherwise, bool along_row) {
        const Json& json = value(key);
        if (json.is_null()) return otherwise;
        if (along_row) return {1, size_of(key, json.is_array() && json.size() == 1 ? json[0] : json)};
        if (json.is_array() && json.size() == 2) return {size_of(key, json[0]), size_of(key, json[1])};
        return {size_of(key, json), size_of(key, json)};
    }
    std::array<std::size_t, 2> pair(const std::string& key, bool along_row) {
        if (value(key).is_null()) refuse(key, "sizes were expected");
        return pair(key, {}, along_row);
    }

    /// Pixels at the top, left, bottom and right: ((top, bottom), (left, right)), a number for rows and one for columns, or one for all. Of a
    /// sequence, `along_row`: (left, right), or one for both.
    std::array<std::size_t, 4> edges(const std::string& key, bool along_row) {
        const Json& json = value(key);
        const auto both = [&](const Json& axis) {
            const auto one = [&](const Json& number) { return number == 0 ? 0 : size_of(key, number); };
            if (axis.is_array() && axis.size() == 2) return std::array{one(axis[0]), one(axis[1])};
            return std::array{one(axis), one(axis)};
        };
        const bool apart = json.is_array() && json.size() == 2 && !along_row;
        const auto rows = both(along_row ? Json(0) : apart ? json[0] : json), columns = both(apart ? json[1] : json);
        return {rows[0], columns[0], rows[1], columns[1]};
    }

    /// Must be missing, null, or this: another value has no spelling.
    void require(const std::string& key, const Json& neutral, std::string_view sentence) {
        const Json& json = value(key);
        if (!json.is_null() && json != neutral) refuse(key, sentence);
    }
    /// An axis or a list of one, which must be that of the channels: the last of `axes`, counted with the batch's.
    void require_channels(const std::string& key, int axes, std::string_view sentence) {
        const Json& json = value(key);
        const Json& axis = json.is_array() && json.size() == 1 ? json[0] : json;
        if (!json.is_null() && axis != -1 && axis != axes - 1) refuse(key, sentence);
    }
    /// Rows, columns, channels in this order, which is what Keras takes where nothing is said.
    void require_channels_last() { require("data_format", "channels_last", "channels_last was expected"); }

    /// Keys that say how a layer learns: a trained network gives the same whatever they are.
    void learning_only(std::initializer_list<const char*> keys) { known_.insert(keys.begin(), keys.end()); }

    /// Keras can replace weights by others that stand beside them in its files.
    void require_plain_weights() {
        for (const char* const key : {"lora_rank", "lora_alpha", "quantization_config", "quantization_mode"})
            require(key, nullptr, "weights as they were trained were expected");
    }

    void refuse_others() const {
        for (const auto& [key, json] : config_.items()) {
            const std::string_view text = key;
            const bool learns =
                text.ends_with("_initializer") || text.ends_with("_regularizer") || text.ends_with("_constraint");
            if (!learns && !known_.contains(key) && !json.is_null()) refuse(key, "Denim does not know what that does");
        }
    }

    std::size_t size_of(const std::string& key, const Json& json) const {
        if (!json.is_number_integer() || json.get<std::int64_t>() <= 0 || json.get<std::int64_t>() > 1'000'000)
            refuse(key, "a size was expected, " + in_quotes(json.dump()) + " came");
        return json.get<std::size_t>();
    }

private:
    // A name, or an object that holds it. Numbers of less precision are the same network; whole or quantized ones are not.
    void require_float_numbers(const std::string& key) {
        const Json& json = value(key);
        const Json name = json.is_object() && json.contains("config") && json["config"].is_object()
                              ? json["config"].value("name", Json{})
                              : json;
        if (json.is_null()) return;
        for (const char* const known : {"float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16"})
            if (name == known) return;
        refuse(key, "floats were expected");
    }

    const Json& config_;
    std::set<std::string, std::less<>> known_;
};

}  // namespace denim::inline DENIM_TARGET::detail
