// SPDX-License-Identifier: MIT
#pragma once

// Numbers from one of several peers to all, and from all to all.

#include <denim/machine/peers.hpp>

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace denim::inline DENIM_TARGET::detail {

/// The leader's numbers to everybody.
template <class Number>
    requires std::is_trivially_copyable_v<Number>
void broadcast(Peers<float>& peers, std::span<Number> numbers) {
    peers.broadcast(std::as_writable_bytes(numbers));
}
/// Likewise of a vector, which gets the leader's size.
template <class Number>
void broadcast(Peers<float>& peers, std::vector<Number>& numbers) {
    std::size_t size = numbers.size();
    broadcast(peers, std::span{&size, 1});
    numbers.resize(size);
    broadcast(peers, std::span{numbers});
}

/// Everybody's `one` to everybody.
template <class Type>
    requires std::is_trivially_copyable_v<Type>
std::vector<Type> gather(Peers<float>& peers, const Type& one) {
    std::vector<Type> all(peers.count());
    const std::vector<std::size_t> sizes(peers.count(), sizeof one);
    peers.gather(std::as_bytes(std::span{&one, 1}), sizes, std::as_writable_bytes(std::span{all}));
    return all;
}

/// Everybody's numbers, however many, one after the other.
template <class Number>
    requires std::is_trivially_copyable_v<Number>
std::vector<Number> gather_all(Peers<float>& peers, std::span<const Number> own) {
    std::vector<std::size_t> sizes = gather(peers, own.size_bytes());
    std::size_t bytes = 0;
    for (const std::size_t size : sizes) bytes += size;
    std::vector<Number> all(bytes / sizeof(Number));
    peers.gather(std::as_bytes(own), sizes, std::as_writable_bytes(std::span{all}));
    return all;
}

}  // namespace denim::inline DENIM_TARGET::detail
