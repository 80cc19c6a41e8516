/// What the generated names are made of. The words are ordinary English ones. The counts are facts
/// about 717,193 names of blocklistproject/Lists of 2026-07-20 (Unlicense): how often a name ends so,
/// how often a label stands in front of a registered name, and how long labels are. No name of that
/// collection is here.
enum Seeds {
  /// What registered names, and some labels in front of them, are put together from.
  static let words = """
    account active activity adapt advisor agent air alert alliance alpha amber analytics anchor
    android apex arcade archive arena arts asset atlas atom audio auth auto autumn backup badge
    balance bank base basic beacon best beta bike bird blob blog blue board bold book booking
    bridge bright browser build business butterfly cable cache calendar call camera capital
    carbon card career cargo castle center central chart chat check city classic clear click
    client clients cloud club coast code coding coffee collect collector college comet community
    compass compute config connect console content control copy core corner corp country courier
    cover craft credit crystal cup custom daily dance data day deal delivery delta design desk
    dev developer device digital direct discover dock docs domain dot download dream drive
    dynamic eagle earth east easy echo edge edit education elite email energy engine english
    estate event events ever exchange expert express factory family farm fashion fast feed field
    file film finance find finder fire first fish fit flash fleet flight flow flower fly focus
    follow food forest forge form forward foundation fox frame free fresh friend front frost
    fund future galaxy gallery game garden gate gateway gear gem general geo giant glass global
    globe goal gold good graph great green grid ground group grow guard guide harbor hawk health
    help hero high hill home honey hope horizon host hotel hour house hub idea image impact
    inbox income index indigo industry info infra ink input inside insight instant insurance
    inter internet invest iron island item jar jet job join journal jump keep key kind king kite
    lab lake lamp land lane language lantern laser launch law layer lead leaf league learn lens
    level library life light like lime line link lion list live load local location lock log
    logic logo long loop lotus lucky mail main manager map maple marine mark market master match
    matrix media medical medium memory menu merge meta meter metro micro mile mind mini mint
    mirror mix mobile mode model modern money monitor moon motion motor mountain move movie
    museum music native nature near needle nest net network news next night node noon north note
    notify ocean office online open optic orange orbit order origin outdoor outlet output owl
    pack page paint panel paper parcel park partner party path pay peak pearl peer people
    perfect phoenix phone photo pilot pine pixel place plain plan planet plant plate platform
    play plaza plug plus pocket point pool port post power press price prime print prism pro
    product profile program project promo proof proxy pulse pure quality quantum quest quick
    quiet radar radio rail rain rapid ray ready real record red reef region register relay
    report research reserve resource result retail review ring river road robot rock rocket room
    root rose round route royal run sail sales sand satellite scale school science scout screen
    script search season secure seed select send sensor server service shadow share shell shield
    shift ship shop shore show side sign signal silver simple site sky smart snap snow social
    soft solar solid solution sonic sound source south space spark speed sphere spirit spring
    square stack stage standard star start station stats steam steel step stone storage store
    storm story stream street studio style summer summit sun supply support surf swift switch
    sync system table tag talent talk target team tech test text theme tide tiger time toast
    token tool top torch total touch tower town track trade trading trail train transfer travel
    tree trend trip trust tune turn turtle unit unity update upload urban user valley value
    vault vector video view village vision visit vista vital voice volt wall watch water wave
    way weather web week well west wheel white wide wild wind window wing winter wire wise wolf
    wood word work works world yard year yellow zen zero zone zoom
    """

  /// The ends of names, each with its count.
  static let suffixes = """
    com 347288 net 67340 info 35206 de 15947 org 15402 ru 15030 com.br 12736 pl 8927 cc 8093
    co.uk 5912 in 5397 com.au 4569 io 4499 eu 4252 fr 4181 co 3385 cn 3372 nl 3245 it 3201 xyz
    3191 tv 3052 biz 2781 ca 2436 us 2301 jp 2105 ch 2033 es 1914 at 1913 site 1885 co.za 1806
    me 1736 cl 1659 vn 1632 dk 1616 live 1553 se 1551 be 1548 top 1492 ro 1490 cz 1312 online
    1262 id 1205 fi 1140 mobi 985 pro 861 club 807 com.ar 791 no 771 gr 758 pt 755 com.pl 739 br
    732 hu 728 com.mx 724 life 721 co.jp 700 co.in 653 icu 653 ir 630 pw 629 com.ua 608 app 576
    pk 572 com.tr 544 ua 533 co.nz 511 dev 492 my 489 cloud 477 sg 465
    """

  /// The labels that most often stand in front of registered names, each with its count.
  static let hostLabels = """
    www 107453 net 12977 ad 12915 analytics 11765 stats 7711 com 7299 load 4405 smetrics 4134
    ads 3794 view 3543 gtm 3543 prod 3267 metrics 2971 lite 2908 sgtm 2688 sst 2538 server 2398
    smtp 2241 data 2168 ss 2125 api 2093 go 2038 secure 1938 track 1795 stat 1744 it-it 1704
    proxy 1696 112 1622 cdn 1617 de-de 1589 login 1494 m 1484 ro-ro 1469 es-la 1468 t 1419
    tracking 1401 xz 1313 zh-cn 1282 bs 1272 a 1252 9318 1214 https 1207 d 1201 es-es 1175 sign
    1171 info 1163 us 1157 9336 1136 fr-fr 1133 ja-jp 1120 r 1072 marketing 1020 fls 986
    scontent 928 de 914 ar-ar 911 mail 903 engine 901 s 869 zh-tw 852 sc 841 pl-pl 785 pt-br 744
    en-gb 718 apps 702 aa 688 www2 688 ad-emea 688 media 663 87 662 tt 647 ko-kr 641 content 624
    developers 618 config 618 9304 595 im 590 c 588 static 585 ib 583 id-id 581 nb-no 574 rtb
    570 d1 542 co1 538 hi-in 516 adserver 503 fast 484 widget 477 consent 462 pixel 456 video
    443 log 438 vi-vn 433 185 431 e 422 122 416 app 409 9201 407 nl-nl 400 9240 399 web 398
    tracker 387 tags 386 email 382 p 375 beta 368 zh-hk 363 mp 363 dev 359 uk 354 102 349 blog
    348 b 345 9075 343 click 342 mobile 339 sa 336 eu 334 n 332 is-is 323 statistics 319 9317
    318 hu-hu 314 th-th 308 9501 307 register 306 ar 305 fi-fi 302 external 301 ssl 299 tr-tr
    298 id 297 6 294 ns2 291 target 290 dns 287 events 287 tr 286 cmp 286 he-il 285 trk 285
    banners 284 counter 284 fr-ca 283 v 282 cs-cz 281 9503 280 af-za 280 9279 279 capi 279
    sstats 277 9349 276 g 274 ru-ru 273 pl 271 pt-pt 268 sv-se 266 co 265 ns1 262 news 262
    5b790f00 261 ws 259 vip 258 208 256 ms-my 255 collector 249 dynamic 244 adservice 242 ka-ge
    239 194 233 img 228 i 227 9517 227 s3 222 sanalytics 222 9418 221 sp 219 fr 212 engage 211
    ca 209 lt-lt 209 ssc 206 1 205 9225 205 banner 203 shop 202 as 202 el-gr 202 update 200 st
    200 js 199 in 195 ha 195 statistik 195 9250 193 online 192 images 192 collect 190 9671 189
    test 184 sl-si 183 metric 183 au 182 sdk 181 9120 180 9519 179 hb 177 sq-al 177 cloud 176
    dll 176 08 175 9450 175 service 174 tag 174 o 170 az-az 170 cgi6 169 l 167 lp 166 delivery
    166 9244 162 sonar 162 us-east-1 156 new 156 9332 156 store 156 staging 156 support 154 se
    154 logs 154 9342 153 my 152 connect 151 pg 150 5b794700 150 telemetry 147 w 146 lv-lv 145
    surf 145 9489 142 9185 142 affiliate 141 ox-d 141 assets 140 adv 139 en 139 get 139 9252 137
    da-dk 137 services 136 9541 136 re 135 elb 134 hr-hr 133 unblock 133 5 132 dt 132 9239 131
    blue 131 capig 131 9311 130 clicks 129 2 128 tm 128 ro 128 edge 128 sk-sk 127 admin 127 at
    126 ssgtm 126 analytic 125 9528 124 mi 123 on 122 9499 121 sync 121 9491 119 jp 118 9289 118
    """

  /// Shares of registered labels that have 1, 2, 3 … bytes, about in thousandths.
  static let registeredLengths: [UInt32] = [
    0, 10, 28, 27, 65, 63, 82, 101, 80, 76, 101, 60, 61, 40, 33, 26, 20, 15, 11, 9, 7, 5, 4, 3, 2,
    2, 1, 1, 1,
  ]

  /// The same for those labels in front that are not among ``hostLabels``.
  static let otherLengths: [UInt32] = [
    8, 75, 90, 120, 130, 80, 70, 75, 85, 45, 65, 25, 27, 19, 20, 18, 28, 22, 11, 9, 6, 5, 3, 3, 3,
    2, 1, 1, 1,
  ]
}
