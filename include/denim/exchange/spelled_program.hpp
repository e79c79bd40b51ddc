// SPDX-License-Identifier: MIT
#pragma once

// A small program for a network that was spelled: its type, its weights from their file, and the most probable classes of a picture.

#include <denim/exchange/spelled_network.hpp>
#include <denim/machine/file_error.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace denim {

/// Where a program has its network's weights from.
struct ProgramWeights {
    enum class Form { onnx, keras, denim };  ///< a file of safetensors as write_spelled_weights writes it is Denim's

    Form form;
    std::string file;
};

}  // namespace denim

namespace denim::inline DENIM_TARGET {

namespace detail {

/// The text in lines of about 120 columns, the later ones indented; they begin with something that has brackets.
DENIM_ONCE std::string in_lines(std::string_view text, std::size_t indent);

}  // namespace detail

/// The text of a .cpp file, and the network with the places that its layers have there.
struct SpelledProgram {
    std::string text;
    SpelledNetwork network;
};

/// The program. What is spelled again and again has a name of its own in it. `source` is the file that was spelled.
DENIM_ONCE SpelledProgram spelled_program(SpelledNetwork network, const std::string& source, const ProgramWeights& weights, const std::string& name = "Model");

}  // namespace denim::inline DENIM_TARGET

#if DENIM_BODIES

#include <denim/exchange/spelled_blocks.hpp>

namespace denim::inline DENIM_TARGET {

namespace detail {

/// In quotes of C++.
inline std::string literal(std::string_view text) {
    std::string result = "\"";
    for (const char letter : text) result += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string{letter};
    return result + '"';
}

DENIM_ONCE std::string in_lines(std::string_view text, std::size_t indent) {
    std::string lines, line;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        do {
            const std::size_t comma = text.find(", ", end);
            end = comma == text.npos ? text.size() : comma + 2;
        } while (end < text.size() && text.substr(end, text.find(", ", end) - end).find('<') == text.npos);
        const std::string_view part = text.substr(at, end - at);
        if (line.size() + part.size() > 121 && line.size() > indent) {
            lines += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
            line.assign(indent, ' ');
        }
        line += part;
        at = end;
    }
    return lines + line;
}

/// "template <std::size_t Filters>\nusing Block = ...;"
inline std::string definition(const SpelledAlias& alias) {
    std::string text;
    for (const std::string& parameter : alias.parameters) text += (text.empty() ? "template <" : ", ") + ("std::size_t " + parameter);
    if (!text.empty()) text += ">\n";
    return text + in_lines("using " + alias.name + " = " + alias.meaning + ";", 4) + "\n\n";
}

/// How the program makes numbers of its argument: of a photograph where the network takes colours, else of an array.
inline std::string read_input(Shape picture, const std::string& name) {
    const std::string size = sentence(picture.height, ", ", picture.width);
    if (!picture.vector() && picture.channels == 3)
        return "        const Picture photo = resize(read_picture(arguments[1]), Size{" + size + "});\n"
               "        const auto input = view(photo.pixels.data(), std::array<std::size_t, 3>{" + size + ", 3});\n";
    const std::string extents = picture.vector() ? std::to_string(picture.channels) : sentence(size, ", ", picture.channels);
    return "        const std::vector<float> numbers = read_npy(arguments[1]).as<float>();  // (" + extents + ")\n"
           "        if (numbers.size() != " + name + "::input.size()) throw std::runtime_error(\"an array of shape (" + extents + ") was expected\");\n"
           "        const auto input = view(numbers.data(), std::array<std::size_t, " + (picture.vector() ? "1" : "3") + ">{" + extents + "});\n";
}

}  // namespace detail

DENIM_ONCE SpelledProgram spelled_program(SpelledNetwork network, const std::string& source, const ProgramWeights& weights, const std::string& name) {
    using Form = ProgramWeights::Form;
    detail::require_identifier(name);
    const detail::NamedBlocks blocks = detail::name_blocks(network, name);
    const bool photo = !network.picture.vector() && network.picture.channels == 3;
    const std::string taken = weights.form == Form::denim   ? "load_into(network, " + detail::literal(weights.file) + ");"
                              : weights.form == Form::onnx ? "import_onnx(network, " + detail::literal(weights.file) + ");"
                                                           : "import_weights(network, " + detail::literal(weights.file) + ");";
    std::string text = "// The network of " + source + ", and what it says of a " + (photo ? "photograph" : "picture") +
                       ": PROGRAM " + (photo ? "photo.jpg" : "picture.npy") + "\n";
    text += "#include <denim/denim.hpp>\n#include <denim/exchange.hpp>\n";
    if (!photo) text += "#include <denim/format.hpp>\n";
    if (weights.form == Form::keras) text += "#include <denim/hdf5.hpp>\n";
    if (photo) text += "#include <denim/image.hpp>\n";
    text += "\n#include <algorithm>\n#include <array>\n#include <cstddef>\n#include <exception>\n#include <iostream>\n#include <numeric>\n#include <span>\n";
    if (!photo) text += "#include <stdexcept>\n";
    text += "#include <vector>\n\nusing namespace denim;\n\n";
    for (const detail::SpelledAlias& alias : blocks.aliases) text += detail::definition(alias);
    text += "using " + name + " = Network<" + detail::input_text(network.picture) + ", Sequential<";
    for (const std::string& layer : blocks.layers) text += (&layer == blocks.layers.data() ? "\n" : ",\n") + detail::in_lines("    " + layer, 8);
    text += ">>;\n\n" + name + " trained() {\n    " + name + " network;\n    " + taken + "\n    return network;\n}\n\n";
    text += "int main(int count, char** arguments) {\n    if (count != 2) return 2;\n    try {\n        const Predictor predictor{trained()};\n";
    if (photo) text += "        // Bytes are divided by 255. Whatever else was done to pictures when it was trained, its file does not tell: a mean and a deviation\n"
                       "        // are a Normalise<Mean<...>, Deviation<...>> in front of its layers.\n";
    text += detail::read_input(network.picture, name);
    const std::string what = network.without_softmax ? "probabilities" : "predict";
    text += "        const auto scores = predictor." + what + "(input);\n"
            "        std::vector<std::size_t> classes(scores.size());\n"
            "        std::iota(classes.begin(), classes.end(), std::size_t{0});\n"
            "        std::ranges::sort(classes, std::ranges::greater{}, [&](std::size_t n) { return scores.data()[n]; });\n"
            "        for (const std::size_t n : std::span{classes}.first(std::min<std::size_t>(5, classes.size())))\n"
            "            std::cout << n << ' ' << scores.data()[n] << '\\n';\n"
            "    } catch (const std::exception& error) {\n        std::cerr << error.what() << '\\n';\n        return 1;\n    }\n    return 0;\n}\n";
    return {std::move(text), std::move(network)};
}

}  // namespace denim::inline DENIM_TARGET

#endif  // DENIM_BODIES
