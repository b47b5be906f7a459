// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// The CPU that the numeric loops are compiled for: `RUN_HYPER_CPU=x86-64-v3 swift build …` for a
/// cluster of mixed machines, this machine's own otherwise.
let cpu = Context.environment["RUN_HYPER_CPU"] ?? "native"
let numeric: [SwiftSetting] = strict + [.unsafeFlags(["-Xcc", "-march=\(cpu)"])]

/// `RUN_HYPER_SANITIZER=thread`, which `scripts/sanitize` sets, makes locks that the sanitizer knows.
let locks: [SwiftSetting] =
  Context.environment["RUN_HYPER_SANITIZER"] == "thread" ? [.define("THREAD_SANITIZER")] : []

let package = Package(
  name: "run-hyper",
  products: [
    .executable(name: "run-hyper", targets: ["run-hyper"]),
    .library(name: "Literals", targets: ["Literals"]),
    .library(name: "Model", targets: ["Model"]),
    .library(name: "Tuner", targets: ["Tuner"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", .upToNextMinor(from: "0.27.1")),
  ],
  targets: [
    .target(name: "CSIMD", cSettings: [.unsafeFlags(["-march=\(cpu)", "-O2"])]),
    .target(name: "Kernels", dependencies: ["CSIMD"], swiftSettings: numeric),
    .target(name: "Literals", swiftSettings: strict),
    .target(name: "Locks", swiftSettings: strict + locks),
    .target(
      name: "Model",
      dependencies: [
        "Kernels", "Literals", "Locks",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),
    .target(
      name: "Tuner",
      dependencies: [
        "Literals", "Locks",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      resources: [.embedInCode("Charts/Page"), .embedInCode("Storage/PostgreSQL/Schema")], swiftSettings: strict),
    .target(
      name: "Dashboard",
      dependencies: [
        "Literals", "Locks", "Tuner",
        .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "run-hyper",
      dependencies: [
        "Dashboard", "Literals", "Locks", "Model", "Tuner",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [.embedInCode("Export/Files")], swiftSettings: strict),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Kernels", "Literals", "Locks", "Model", "Tuner",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks",
      swiftSettings: strict),
    .testTarget(
      name: "ModelTests", dependencies: ["Kernels", "Literals", "Locks", "Model"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
    .testTarget(name: "LiteralsTests", dependencies: ["Literals"], swiftSettings: strict),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"], swiftSettings: strict),
    .testTarget(name: "DashboardTests", dependencies: ["Dashboard", "Locks", "Tuner"], swiftSettings: strict),
    .testTarget(name: "TunerTests", dependencies: ["Literals", "Locks", "Tuner"], swiftSettings: strict),
    .testTarget(
      name: "run-hyperTests", dependencies: ["Literals", "Locks", "run-hyper", "Tuner"],
      resources: [.copy("Fixtures")], swiftSettings: strict),
  ]
)
