// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6 mode, `unsafe` spelled out, no warning left standing.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]

/// Rooms of the house, lowest first; a room depends only on rooms above its own line.
/// docs/architecture.md says what belongs where.
let package = Package(
  name: "sluice",
  products: [
    .executable(name: "sluice", targets: ["sluice"]),
    .library(name: "Domains", targets: ["Domains"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
  ],
  targets: [
    .target(name: "CLinux"),
    .target(name: "CNames"),
    .systemLibrary(name: "CCares", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPublicSuffix", pkgConfig: "libpsl", providers: [.apt(["libpsl-dev"])]),
    .systemLibrary(name: "CIDN", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

    .target(name: "Domains", dependencies: ["CNames"], swiftSettings: settings),
    .target(
      name: "BuiltinLists", path: "allowlists", exclude: ["default.expect"],
      sources: ["BuiltinLists.swift"],
      resources: [.embedInCode("default.allow"), .embedInCode("essential.allow")]),
    .target(
      name: "Dashboard", sources: ["Dashboard.swift"],
      resources: [.embedInCode("page.html")]),
    .target(
      name: "Review", dependencies: ["Domains", "CPublicSuffix", "CIDN"], swiftSettings: settings),
    .target(name: "CBench"),
    .target(name: "MatcherBench", dependencies: ["CBench", "Domains"], swiftSettings: settings),
    .target(name: "Policy", dependencies: ["Domains"], swiftSettings: settings),
    .target(name: "Wire", dependencies: ["Domains"], swiftSettings: settings),
    .target(name: "Reactor", dependencies: ["CLinux", "Domains"], swiftSettings: settings),
    .target(
      name: "Resolver", dependencies: ["CCares", "Reactor", "Domains"], swiftSettings: settings),
    .target(
      name: "Audit", dependencies: ["CLinux", "Domains", "Policy"], swiftSettings: settings),
    .target(
      name: "Proxy",
      dependencies: [
        "CLinux", "COpenSSL", "Domains", "Policy", "Wire", "Reactor", "Resolver", "Audit",
      ],
      swiftSettings: settings),
    .target(
      name: "Configuration",
      dependencies: [
        "Domains", "Policy", "Proxy", "BuiltinLists", "COpenSSL", "CLinux", "CYAML",
      ],
      swiftSettings: settings),
    .target(
      name: "Admin",
      dependencies: [
        "CLinux", "Dashboard", "Domains", "Review", "Policy", "Wire", "Reactor", "Audit", "Proxy",
        "Configuration",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "sluice",
      dependencies: [
        "Domains", "Review", "MatcherBench", "Policy", "Audit", "Proxy", "Configuration", "Reactor",
        "Resolver", "Admin",
        "CLinux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: settings),

    .executableTarget(
      name: "CoreBenchmark",
      dependencies: ["Domains", "Policy", "Wire", "Reactor", "Resolver", "Audit", "BuiltinLists"],
      path: "Benchmarks/Core", swiftSettings: settings),
    .executableTarget(
      name: "MatcherBenchmark", dependencies: ["MatcherBench", "Domains"],
      path: "Benchmarks/Matcher", swiftSettings: settings),

    .target(name: "Simulation", dependencies: ["Reactor", "Domains"], swiftSettings: settings),
    .testTarget(
      name: "DomainsTests", dependencies: ["Domains", "CNames", "BuiltinLists"],
      resources: [.copy("Vectors")]
    ),
    .testTarget(
      name: "ReviewTests", dependencies: ["Review", "Domains", "BuiltinLists"],
      resources: [.copy("Corpus")]),
    .testTarget(
      name: "MatcherBenchTests", dependencies: ["MatcherBench", "MatcherBenchmark", "Domains"]),
    .testTarget(name: "PolicyTests", dependencies: ["Policy", "Domains"]),
    .testTarget(name: "WireTests", dependencies: ["Wire", "Domains"]),
    .testTarget(name: "ReactorTests", dependencies: ["Reactor", "Simulation", "Domains"]),
    .testTarget(name: "ResolverTests", dependencies: ["Resolver", "Reactor", "Domains"]),
    .executableTarget(
      name: "AuditCrashProbe", dependencies: ["Audit"], path: "Tests/AuditCrashProbe",
      swiftSettings: settings),
    .testTarget(
      name: "AuditTests", dependencies: ["Audit", "AuditCrashProbe", "Policy", "Domains"]),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "Policy", "Domains"]),
    .testTarget(
      name: "AdminTests",
      dependencies: ["Admin", "Wire", "Configuration", "Proxy", "Policy", "Domains", "Audit"]),
    .testTarget(
      name: "ProxyTests",
      dependencies: ["Proxy", "Simulation", "Policy", "Reactor", "Resolver", "Domains", "Audit"]),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .testTarget(
      name: "AllocationTests",
      dependencies: ["CAllocations", "Audit", "Policy", "Wire", "Domains"]),
    .target(
      name: "FuzzTargets", dependencies: ["Domains", "Review", "Configuration", "Wire"],
      path: "Tests/Fuzz/Targets",
      swiftSettings: settings),
    .executableTarget(
      name: "Fuzz", dependencies: ["FuzzTargets", "Domains"], path: "Tests/Fuzz/Runner",
      swiftSettings: settings),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Replay"),
    .target(name: "CEndToEnd", path: "Tests/CEndToEnd"),
    .testTarget(name: "EndToEndTests", dependencies: ["CEndToEnd"]),
  ]
)
