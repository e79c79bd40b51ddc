// SPDX-License-Identifier: MIT
#pragma once

// What is known of each name of an ONNX graph while its nodes are read one after the other. A std::invalid_argument that leaves
// here is the reason why a node is refused.

#include <denim/exchange/layer_graph.hpp>
#include <denim/exchange/pointwise.hpp>
#include <denim/exchange/tensor_view.hpp>
#include <denim/format/onnx_model.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Numbers that the file holds, or that follow from those.
struct OnnxConstant {
    std::shared_ptr<const AnyArray> array;
    std::string root;  ///< the tensor of the file
};

/// A list of extents that is computed on the way, TensorView::batch for that of the batch.
struct OnnxNumbers {
    std::vector<std::int64_t> values;
    bool list = true;  ///< false: one number without an axis
};

/// Numbers that come from the picture.
struct PictureTensor {
    struct Part {
        std::size_t begin = 0, count = 0;
        std::string word = {};  ///< softmax or sigmoid of these numbers alone
    };

    TensorView view;
    ElementType type = ElementType::float32;
    Pointwise function = {};             ///< of the value that the view is of
    bool shared = false;                 ///< others read it, or what it is a view of
    std::string node = {};               ///< what made it
    std::array<std::size_t, 4> zeros{};  ///< that a Pad put around it: above, to the left, below and to the right
    std::optional<Part> part = {};       ///< it has some of the view's channels only
    std::size_t groups = 0;              ///< more than 0: its channels stand in groups, (N, groups, ...)
    enum class Grouping { none, runs, turned };
    Grouping grouping = Grouping::none;  ///< such groups as (N, groups, channels of a group, ...), or these two turned
};

using OnnxKnown = std::variant<OnnxConstant, OnnxNumbers, PictureTensor>;

/// The attributes of a node; one that is not among the known ones is an error, as is one of another kind.
class OnnxAttributes {
public:
    OnnxAttributes(const OnnxNode& node, std::initializer_list<std::string_view> known)
        : OnnxAttributes(node, std::vector<std::string_view>(known)) {}
    OnnxAttributes(const OnnxNode& node, const std::vector<std::string_view>& known = {}) : node_(node) {
        for (const OnnxAttribute& attribute : node.attributes)
            if (std::ranges::find(known, attribute.name) == known.end())
                throw std::invalid_argument("its attribute " + in_quotes(attribute.name) + " is not known");
    }
    template <class Value>
    [[nodiscard]] Value get(std::string_view name, Value otherwise) const {
        const auto found = std::ranges::find(node_.attributes, name, &OnnxAttribute::name);
        if (found == node_.attributes.end()) return otherwise;
        if (const auto* const value = std::get_if<Value>(&found->value)) return *value;
        throw std::invalid_argument("its attribute " + in_quotes(name) + " is of another kind");
    }
    [[nodiscard]] bool has(std::string_view name) const {
        return std::ranges::find(node_.attributes, name, &OnnxAttribute::name) != node_.attributes.end();
    }
    /// Throws unless the attribute has this value, which is also what it is if it is not there.
    template <class Value>
    void expect(std::string_view name, Value value, const char* reason) const {
        if (get<Value>(name, value) != value) throw std::invalid_argument(reason);
    }

private:
    const OnnxNode& node_;
};

/// The state of reading.
class OnnxBuilder {
public:
    using Numbers = std::vector<std::int64_t>;

    LayerGraph graph;
    std::int64_t opset = 0;
    std::size_t batch = 0;  ///< how many pictures the file takes, 0 if any number
    std::string node;       ///< the node that is being read, as errors name it

    /// How many read a name, and which are read by others than convolutions.
    std::map<std::string, std::size_t, std::less<>> readers;
    std::set<std::string, std::less<>> read_as_pictures;

    void put(const std::string& name, OnnxKnown known) {
        if (auto* const tensor = std::get_if<PictureTensor>(&known)) {
            const auto count = readers.find(name);
            tensor->shared = tensor->shared || (count != readers.end() && count->second > 1);
            if (tensor->node.empty()) tensor->node = node;
        }
        if (!known_.emplace(name, std::move(known)).second) throw std::invalid_argument("two nodes give " + in_quotes(name));
    }
    void refuse(const std::string& name, const std::string& reason) { unread_.emplace(name, reason); }

    [[nodiscard]] const OnnxKnown& known(std::string_view name) const {
        if (const auto reason = unread_.find(name); reason != unread_.end())
            throw std::invalid_argument("its tensor " + in_quotes(name) + " " + reason->second);
        const auto found = known_.find(name);
        if (found == known_.end()) throw std::invalid_argument("it reads " + in_quotes(name) + ", which nothing before it gives");
        return found->second;
    }
    [[nodiscard]] bool is_constant(std::string_view name) const { return std::holds_alternative<OnnxConstant>(known(name)); }
    [[nodiscard]] bool is_tensor(std::string_view name) const { return std::holds_alternative<PictureTensor>(known(name)); }

    /// Numbers of the file; `what` they are stands in the error.
    [[nodiscard]] const OnnxConstant& constant(const OnnxNode& of, std::size_t place, const char* what) const {
        const auto* const found = std::get_if<OnnxConstant>(&known(of.input(place)));
        if (!found) throw std::invalid_argument(sentence(what, " that the file holds were expected, ", in_quotes(of.input(place)), " is computed"));
        return *found;
    }
    /// The weights of a layer, which no other layer may share.
    const OnnxConstant& own_weights(const OnnxNode& of, std::size_t place, std::size_t axes) {
        const OnnxConstant& found = constant(of, place, "weights");
        if (found.array->shape.size() != axes) throw std::invalid_argument(sentence("weights of ", axes, " axes were expected in the file"));
        const auto [owner, first] = owners_.emplace(found.root, node);
        if (!first) throw std::invalid_argument("it shares its weights with " + owner->second + ", which has no spelling");
        return found;
    }
    /// Whole numbers, from the file or computed.
    [[nodiscard]] OnnxNumbers numbers(std::string_view name) const {
        const OnnxKnown& found = known(name);
        if (const auto* const list = std::get_if<OnnxNumbers>(&found)) return *list;
        const auto* const constant = std::get_if<OnnxConstant>(&found);
        if (!constant || constant->array->shape.size() > 1)
            throw std::invalid_argument("a list of extents was expected, " + in_quotes(name) + " is none");
        try {
            return {constant->array->as<std::int64_t>(), constant->array->shape.size() == 1};
        } catch (const std::range_error& error) {
            throw std::invalid_argument(error.what());
        }
    }
    [[nodiscard]] bool is_part(std::string_view name) const { return is_tensor(name) && std::get<PictureTensor>(known(name)).part; }

    [[nodiscard]] PictureTensor* find_tensor(std::string_view name) {
        const auto found = known_.find(name);
        return found == known_.end() ? nullptr : std::get_if<PictureTensor>(&found->second);
    }

    /// A tensor in whatever function of a value; one of floats unless `any` type will do.
    [[nodiscard]] const PictureTensor& tensor(std::string_view name, bool any = false) const {
        const auto* const found = std::get_if<PictureTensor>(&known(name));
        if (!found) throw std::invalid_argument("numbers that come from the picture were expected, " + in_quotes(name) + " does not");
        if (found->part) throw std::invalid_argument("a softmax or sigmoid of some of the channels, by themselves, has no spelling");
        if (found->groups > 0) throw std::invalid_argument("groups of channels that are neither normalised nor shuffled have no spelling");
        if (!any && found->type == ElementType::uint8) throw std::invalid_argument("floats were expected, " + in_quotes(name) + " is of bytes");
        return *found;
    }
    /// A tensor that is a value by itself: the function that it is of another one becomes an activation.
    const PictureTensor& settled(std::string_view name) {
        static_cast<void>(tensor(name));
        auto& found = std::get<PictureTensor>(known_.find(name)->second);
        std::string activation = found.function.name();
        const bool of_picture = found.view.value == 0 && activation.starts_with("times ");
        const std::string rescale = activation.empty() || of_picture ? found.function.rescale() : "";
        if (activation.empty() && rescale.empty()) throw Refusal{"what it computes is none of Denim's activations", found.node};
        if (!rescale.empty()) {
            add(found.view, {GraphLayer::Kind::rescale, found.node, {found.view.value}, found.view.shape(), rescale});
            found.function = {};
            found.shared = readers.find(name)->second > 1;
            return found;
        }
        if (activation == "tanh of softplus") {
            add(found.view, {GraphLayer::Kind::activation, found.node, {found.view.value}, found.view.shape(), "softplus"});
            activation = "tanh";
        }
        if (activation != "linear") {
            add(found.view, {GraphLayer::Kind::activation, found.node, {found.view.value}, found.view.shape(), activation});
            found.function = {};
            found.shared = readers.find(name)->second > 1;
        }
        return found;
    }

    /// Adds a layer; the view becomes one of what it gives.
    void add(TensorView& view, GraphLayer layer) {
        if (layer.node.empty()) layer.node = node;
        graph.layers.push_back(std::move(layer));
        view.value = graph.layers.size();
    }
    /// Makes one row of numbers of a picture that was flattened, for layers that look at the whole row.
    void make_row(TensorView& view) {
        if (view.axes.size() != 1 || view.vector()) return;
        const bool ordered = view.in_order();
        const Shape row{1, 1, view.shape().size()};
        add(view, {GraphLayer::Kind::flatten, node, {view.value}, row});
        if (ordered)
            view = TensorView::of(view.value, row, {TensorView::channels});
        else
            view.flat = true;
    }

    /// A reason, and the node that it is about if that is not the one that is being read.
    struct Refusal {
        std::string reason, node;
    };

private:
    std::map<std::string, OnnxKnown, std::less<>> known_;
    std::map<std::string, std::string, std::less<>> unread_;
    std::map<std::string, std::string> owners_;  // of weights
};

/// An extent from the file.
inline std::size_t onnx_extent(std::int64_t number) {
    if (number < 0 || number > 1'000'000) throw std::invalid_argument(sentence("an extent was expected, ", number, " came"));
    return static_cast<std::size_t>(number);
}

}  // namespace denim::inline DENIM_TARGET::detail
