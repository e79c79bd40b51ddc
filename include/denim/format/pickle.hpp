// SPDX-License-Identifier: MIT
#pragma once

// What torch.save writes of weights in Python's pickle format: numbers, texts, tuples, lists, dictionaries and tensors. Nothing is called, as
// with PyTorch's weights_only: a pickle that asks for anything else is refused. The opcodes are told by Python's Lib/pickletools.py.

#include <denim/format/pickle_stack.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// Reads pickles that stand one behind another, of protocols 2 to 5. What they hold lives as long as the reader.
class PickleReader : private PickleStack {
public:
    PickleReader(std::span<const std::byte> bytes, std::string name) : PickleStack(bytes, std::move(name)) {}

    /// Where the next pickle begins.
    [[nodiscard]] std::size_t position() const { return at(); }

    const PickleValue& read() {
        clear();
        for (;;) {
            const auto opcode = static_cast<char>(take(1)[0]);
            if (opcode == '.') return *pop();
            step(opcode);
        }
    }

private:
    void step(char opcode) {
        switch (opcode) {
        case '\x80': return static_cast<void>(take(1));  // protocol
        case '\x95': return static_cast<void>(take(8));  // frame
        case '(': return mark();
        case '0': return static_cast<void>(pop());
        case 'N': return push(Kind::none);
        case '\x88': return push_integer(Kind::boolean, 1);
        case '\x89': return push_integer(Kind::boolean, 0);
        case 'J': return push_integer(Kind::integer, static_cast<std::int32_t>(number<std::uint32_t>()));
        case 'K': return push_integer(Kind::integer, number<std::uint8_t>());
        case 'M': return push_integer(Kind::integer, number<std::uint16_t>());
        case '\x8a': return push_long(number<std::uint8_t>());
        case 'G': return push_number();
        case 'X':
        case 'T':
        case 'B': return push_text(number<std::uint32_t>());
        case '\x8c':
        case 'U':
        case 'C': return push_text(number<std::uint8_t>());
        case ')': return push(Kind::tuple);
        case ']': return push(Kind::list);
        case '}': return push(Kind::dictionary);
        case '\x85':
        case '\x86':
        case '\x87': return push_items(Kind::tuple, static_cast<std::size_t>(static_cast<unsigned char>(opcode)) - 0x84);
        case 't': return push_items(Kind::tuple, since_mark());
        case 'l': return push_items(Kind::list, since_mark());
        case 'd': return push_items(Kind::dictionary, since_mark());
        case 'a': return append(Kind::list, 1);
        case 'e': return append(Kind::list, since_mark());
        case 's': return append(Kind::dictionary, 2);
        case 'u': return append(Kind::dictionary, since_mark());
        case 'q': return put(number<std::uint8_t>());
        case 'r': return put(number<std::uint32_t>());
        case '\x94': return put_next();
        case 'h': return get(number<std::uint8_t>());
        case 'j': return get(number<std::uint32_t>());
        case 'c': return push_named_function();
        case '\x93': return push_stacked_function();
        case 'Q': return push_storage();
        case 'R': return call();
        case '\x81': return refuse_object();
        case 'b': return build();
        default: break;
        }
        constexpr std::string_view digits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(opcode);
        fail(sentence("the opcode ", std::string{digits[byte >> 4], digits[byte & 15]}, " is not one that weights need"));
    }

    // Objects.
    void push_function(const std::string& module, const std::string& function) {
        push(Kind::function);
        top().text = module + "." + function;
    }
    void push_named_function() {
        const std::string module = line();
        push_function(module, line());
    }
    void push_stacked_function() {
        const PickleValue *const function = pop(), *const module = pop();
        push_function(module->text, function->text);
    }
    [[noreturn]] void refuse(const PickleValue& function) const {
        fail(sentence("it calls ", in_quotes(function.text), ", which is refused: tensors, numbers, texts, lists and dictionaries are read, as with "
                      "PyTorch's weights_only; torch.save(model.state_dict(), ...) writes no more"));
    }
    void refuse_object() {
        pop();
        refuse(*pop());
    }
    PickleValue& item(const PickleValue& tuple, std::size_t index, Kind kind) const {
        if (tuple.kind != Kind::tuple || index >= tuple.items.size() || tuple.items[index]->kind != kind) fail("arguments of other kinds were expected");
        return *tuple.items[index];
    }
    void push_storage() {  // ("storage", type, key, place, elements)
        static constexpr std::array<std::pair<std::string_view, ElementType>, 10> types{{{"torch.FloatStorage", ElementType::float32},
                                                                                         {"torch.DoubleStorage", ElementType::float64},
                                                                                         {"torch.HalfStorage", ElementType::float16},
                                                                                         {"torch.BFloat16Storage", ElementType::bfloat16},
                                                                                         {"torch.LongStorage", ElementType::int64},
                                                                                         {"torch.IntStorage", ElementType::int32},
                                                                                         {"torch.ShortStorage", ElementType::int16},
                                                                                         {"torch.CharStorage", ElementType::int8},
                                                                                         {"torch.ByteStorage", ElementType::uint8},
                                                                                         {"torch.BoolStorage", ElementType::boolean}}};
        const PickleValue& said = *pop();
        if (item(said, 0, Kind::text).text != "storage") fail("a storage was expected");
        const PickleValue& type = item(said, 1, Kind::function);
        const auto* const known = std::ranges::find(types, type.text, &std::pair<std::string_view, ElementType>::first);
        if (known == types.end() && type.text.starts_with("torch.") && type.text.ends_with("Storage"))
            fail(sentence("numbers of float, double, half, bfloat16, bool or an integer were expected, those of ", in_quotes(type.text), " came"));
        if (known == types.end()) refuse(type);
        if (item(said, 4, Kind::integer).integer < 0) fail("a storage of no fewer than 0 elements was expected");
        push_integer(Kind::storage, said.items[4]->integer);
        top().type = known->second;
        top().text = item(said, 2, Kind::text).text;
    }
    void call() {
        const PickleValue &arguments = *pop(), &function = *pop();
        if (function.kind != Kind::function || arguments.kind != Kind::tuple) fail("a function and its arguments were expected");
        if (function.text == "collections.OrderedDict")
            push_ordered(arguments);
        else if (function.text == "torch._utils._rebuild_tensor_v2" || function.text == "torch._utils._rebuild_tensor")
            push_tensor(arguments);
        else if (function.text == "torch._utils._rebuild_parameter")
            push_value(item(arguments, 0, Kind::tensor));
        else
            refuse(function);
    }
    void push_ordered(const PickleValue& arguments) {  // () or ([(key, value), ...])
        push(Kind::dictionary);
        if (arguments.items.empty()) return;
        for (const PickleValue* pair : item(arguments, 0, Kind::list).items) {
            if (pair->kind != Kind::tuple || pair->items.size() != 2) fail("a key and a value were expected");
            PickleValue& made = top();
            made.items.insert(made.items.end(), pair->items.begin(), pair->items.end());
        }
    }
    void push_tensor(const PickleValue& arguments) {  // (storage, first element, shape, strides, ...)
        const auto extents = [&](std::size_t index) {
            std::vector<std::size_t> all;
            for (const PickleValue* extent : item(arguments, index, Kind::tuple).items) {
                if (extent->kind != Kind::integer || extent->integer < 0) fail("extents of a tensor, at least 0, were expected");
                all.push_back(static_cast<std::size_t>(extent->integer));
            }
            return all;
        };
        if (item(arguments, 1, Kind::integer).integer < 0) fail("a first element, at least 0, was expected");
        push_integer(Kind::tensor, arguments.items[1]->integer);
        PickleValue& tensor = top();
        tensor.items = {&item(arguments, 0, Kind::storage)};
        tensor.shape = extents(2);
        tensor.strides = extents(3);
        if (tensor.shape.size() != tensor.strides.size()) fail("as many strides as extents were expected");
    }
    void build() {  // what an OrderedDict has beside its entries: state_dict's _metadata
        pop();
        if (top().kind != Kind::dictionary) fail("an object with attributes came, which is refused");
    }
};

}  // namespace denim::inline DENIM_TARGET::detail
