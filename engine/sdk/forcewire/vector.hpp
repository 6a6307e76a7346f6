#pragma once

#include <cmath>

namespace forcewire {

/// Three numbers: a position, a force.
struct Vector {
  double x = 0;
  double y = 0;
  double z = 0;

  Vector& operator+=(const Vector& b) { return *this = {x + b.x, y + b.y, z + b.z}; }
  Vector& operator-=(const Vector& b) { return *this = {x - b.x, y - b.y, z - b.z}; }
  Vector& operator*=(double s) { return *this = {s * x, s * y, s * z}; }
};

inline Vector operator+(const Vector& a, const Vector& b) { return Vector(a) += b; }
inline Vector operator-(const Vector& a, const Vector& b) { return Vector(a) -= b; }
inline Vector operator-(const Vector& a) { return {-a.x, -a.y, -a.z}; }
inline Vector operator*(double s, const Vector& a) { return Vector(a) *= s; }
inline Vector operator*(const Vector& a, double s) { return Vector(a) *= s; }
inline Vector operator/(const Vector& a, double s) { return {a.x / s, a.y / s, a.z / s}; }

inline double dot(const Vector& a, const Vector& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline double norm(const Vector& a) { return std::sqrt(dot(a, a)); }
inline Vector cross(const Vector& a, const Vector& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

}  // namespace forcewire
