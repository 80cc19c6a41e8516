// swift-tools-version: 6.2
import PackageDescription

/// As in the main package, without what guards its sources: they are checked there.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

/// The instrumented benchmarks: a package of their own, because building the instruments takes
/// minutes and nothing else needs them. README.md says how to run them.
///
/// What is measured comes in by links to the targets of the main package: `package` access ends at a
/// package's border, and two packages of one graph may not have targets of one name.
let package = Package(
  name: "Benchmarks",
  dependencies: [
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: [])
  ],
  targets: [
    .target(name: "CBench", path: "Shared/CBench"),
    .target(name: "CNames", path: "Shared/CNames"),
    .target(
      name: "Domains", dependencies: ["CNames"], path: "Shared/Domains", swiftSettings: settings),
    .target(
      name: "MatcherBench", dependencies: ["CBench", "Domains"], path: "Shared/MatcherBench",
      swiftSettings: settings),
    .executableTarget(
      name: "Lookup",
      dependencies: ["MatcherBench", .product(name: "Benchmark", package: "benchmark")],
      path: "Lookup", swiftSettings: settings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
