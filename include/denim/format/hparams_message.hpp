// SPDX-License-Identifier: MIT
#pragma once

// What TensorBoard's HParams plugin reads: tensorboard/plugins/hparams/plugin_data.proto.

#include <denim/format/summary_message.hpp>

#include <map>
#include <utility>
#include <variant>

namespace denim {

/// A scalar that says how good a run is: its tag, and the folder below the run's that logs it.
struct Metric {
    std::string tag = "epoch_accuracy", group = "validation";
    std::string name = "validation accuracy";  ///< as the table shows it
};

enum class SessionStatus { success = 1, failure = 2, running = 3 };

}  // namespace denim

namespace denim::inline DENIM_TARGET {

/// What a run was made with: numbers, truths and texts by name.
using HyperParameter = std::variant<double, bool, std::string>;
using HyperParameters = std::map<std::string, HyperParameter>;

namespace detail {

/// google.protobuf.Value {number 2, string 3, bool 4}.
inline void write_value(protozero::pbf_writer& value, const HyperParameter& parameter) {
    if (const auto* number = std::get_if<double>(&parameter)) value.add_double(2, *number);
    if (const auto* truth = std::get_if<bool>(&parameter)) value.add_bool(4, *truth);
    if (const auto* text = std::get_if<std::string>(&parameter)) value.add_string(3, *text);
}

/// HParamsPluginData {version 1, experiment 2, session_start_info 3, session_end_info 4} as the metadata of an empty tensor.
template <class Fill>
std::string hparams_message(std::string_view tag, protozero::pbf_tag_type field, Fill fill) {
    std::string content;
    protozero::pbf_writer data{content};
    data.add_int32(1, 0);
    {
        protozero::pbf_writer part{data, field};
        fill(part);
    }
    return SummaryMessage{tag, "hparams", DataClass::tensor, content}.with_tensor(TensorType::float32, {}, [](auto& tensor) {
        const float nothing = 0;
        tensor.add_packed_float(5, &nothing, &nothing + 1);
    });
}

}  // namespace detail

/// Which parameters a sweep varies, with all their values, and which metrics count. It stands in the folder above the runs.
inline std::string experiment_message(const std::map<std::string, std::vector<HyperParameter>>& parameters,
                                      std::span<const Metric> metrics) {
    return detail::hparams_message("_hparams_/experiment", 2, [&](protozero::pbf_writer& experiment) {
        for (const auto& [name, values] : parameters) {  // HParamInfo {name 1, type 4, domain_discrete 5}
            protozero::pbf_writer info{experiment, 4};
            info.add_string(1, name);
            if (values.empty()) continue;
            constexpr int types[] = {3, 2, 1};  // float64, bool, string
            info.add_enum(4, types[values[0].index()]);
            protozero::pbf_writer list{info, 5};
            for (const HyperParameter& each : values) {
                protozero::pbf_writer value{list, 1};
                detail::write_value(value, each);
            }
        }
        for (const Metric& metric : metrics) {  // MetricInfo {name 1 {group 1, tag 2}, display_name 3}
            protozero::pbf_writer info{experiment, 5};
            {
                protozero::pbf_writer name{info, 1};
                name.add_string(1, metric.group);
                name.add_string(2, metric.tag);
            }
            info.add_string(3, metric.name);
        }
    });
}

/// The parameters of one run, in its folder; runs of one `group` are repeats and share a row of the table.
inline std::string session_start_message(const HyperParameters& parameters, std::string_view group, double seconds_since_1970) {
    return detail::hparams_message("_hparams_/session_start_info", 3, [&](protozero::pbf_writer& session) {
        for (const auto& [name, parameter] : parameters) {
            protozero::pbf_writer entry{session, 1};
            entry.add_string(1, name);
            protozero::pbf_writer value{entry, 2};
            detail::write_value(value, parameter);
        }
        session.add_string(4, group.data(), group.size());
        session.add_double(5, seconds_since_1970);
    });
}

/// The end of the run.
inline std::string session_end_message(SessionStatus status, double seconds_since_1970) {
    return detail::hparams_message("_hparams_/session_end_info", 4, [&](protozero::pbf_writer& session) {
        session.add_enum(1, static_cast<int>(status));
        session.add_double(2, seconds_since_1970);
    });
}

}  // namespace denim::inline DENIM_TARGET
