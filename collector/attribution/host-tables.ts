/** The tables that hosts.ts reads: `source name, alias: host host …`, where `brand.*` is any country's ending. */

/** Hosts by kind. The first name of a line is what a search engine is called as a source. */
export const HOST_TABLES = {
  search: `
google, googleads, adwords: google.*
bing, microsoft advertising, bingads: bing.com
yahoo: search.yahoo.com search.yahoo.co.jp yahoo.com yahoo.co.jp
duckduckgo, ddg: duckduckgo.com duck.com
yandex: yandex.* ya.ru
baidu: baidu.com
naver: naver.com search.naver.com
ecosia, ecosia.org: ecosia.org
brave: search.brave.com
qwant: qwant.com
startpage: startpage.com
kagi: kagi.com
mojeek: mojeek.com
swisscows: swisscows.com
metager: metager.de metager.org
presearch: presearch.com presearch.org
searx: searx.be searx.space
seznam: seznam.cz search.seznam.cz
sogou: sogou.com
so.com, 360.cn: so.com 360.cn haosou.com
shenma: sm.cn
daum: daum.net
rambler: rambler.ru
mail.ru: go.mail.ru
aol: aol.com search.aol.com search.aol.co.uk
ask: ask.com
lycos: lycos.com
dogpile: dogpile.com
excite: excite.com
msn: msn.com
coccoc: coccoc.com
goo.ne.jp: search.goo.ne.jp
biglobe: search.biglobe.ne.jp
petal: petalsearch.com
gibiru: gibiru.com
yep.com: yep.com
onet: szukaj.onet.pl
virgilio: virgilio.it
globo: globo.com
centrum: centrum.cz
walla: search.walla.co.il
sapo: pesquisa.sapo.pt
info.com: info.com
avg: search.avg.com
avast: search.avast.com
avira: search.avira.com
babylon: search.babylon.com
conduit: search.conduit.com
lilo: search.lilo.org
oceanhero: oceanhero.today
gmx: suche.gmx.net
web.de: suche.web.de
t-online: suche.t-online.de
`,
  social: `
facebook, fb, meta, facebookads: facebook.com fb.com fb.me fb.watch
messenger: messenger.com m.me
instagram, ig: instagram.com ig.me
threads: threads.net threads.com
whatsapp: whatsapp.com wa.me
twitter, x, x.com: twitter.com x.com t.co
linkedin, li: linkedin.com lnkd.in
reddit: reddit.com redd.it
pinterest: pinterest.* pin.it
tiktok: tiktok.com
snapchat: snapchat.com
quora: quora.com
tumblr: tumblr.com
mastodon: mastodon.social mastodon.online mstdn.social mas.to fosstodon.org hachyderm.io
bluesky, bsky: bsky.app
lemmy: lemmy.world lemmy.ml
discord: discord.com discord.gg discordapp.com
telegram: t.me telegram.org telegram.me web.telegram.org
slack: slack.com
microsoft teams, teams: teams.microsoft.com teams.live.com
skype: skype.com
signal.org: signal.org
viber: viber.com
line.me: line.me
kakao: kakao.com kakaocorp.com
zalo: zalo.me
wechat, weixin: wechat.com weixin.qq.com
weibo: weibo.com weibo.cn t.cn
qzone: qzone.qq.com
douban: douban.com
zhihu: zhihu.com
xiaohongshu: xiaohongshu.com xhslink.com
tieba: tieba.baidu.com
vk, vkontakte: vk.com vk.ru vk.cc
odnoklassniki, ok: ok.ru odnoklassniki.ru
xing: xing.com
viadeo: viadeo.com
meetup: meetup.com
nextdoor: nextdoor.com
hacker news, hackernews, hn: news.ycombinator.com
product hunt, producthunt: producthunt.com
indie hackers: indiehackers.com
stack overflow, stackoverflow: stackoverflow.com stackexchange.com superuser.com serverfault.com askubuntu.com
lobsters: lobste.rs
slashdot: slashdot.org
digg: digg.com
flipboard: flipboard.com
medium: medium.com
substack: substack.com
wordpress: wordpress.com
blogger, blogspot: blogger.com blogspot.*
livejournal: livejournal.com
hatena: hatena.ne.jp hatenablog.com
ameba: ameba.jp ameblo.jp
note.com: note.com
naver blog: blog.naver.com cafe.naver.com kin.naver.com
mixi: mixi.jp
5ch: 5ch.net
disqus: disqus.com
goodreads: goodreads.com
flickr: flickr.com
deviantart: deviantart.com
behance: behance.net
dribbble: dribbble.com
yelp: yelp.*
tripadvisor: tripadvisor.*
trustpilot: trustpilot.com
glassdoor: glassdoor.*
foursquare: foursquare.com swarmapp.com
researchgate: researchgate.net
academia: academia.edu
scoop.it: scoop.it
gab.com: gab.com
parler: parler.com
truth social: truthsocial.com
minds.com: minds.com
mewe: mewe.com
gettr: gettr.com
clubhouse: clubhouse.com
lemon8: lemon8-app.com
bereal: bereal.com
taringa: taringa.net
skyrock: skyrock.com
hootsuite: hootsuite.com ow.ly
buffer: buffer.com buff.ly
linktree: linktr.ee
google groups: groups.google.com
patreon: patreon.com
`,
  shopping: `
amazon: amazon.* amazon-adsystem.com
ebay: ebay.*
google shopping, google-shopping, googleshopping: shopping.google.com
igshopping, instagram shopping: shop.instagram.com
etsy: etsy.com
walmart: walmart.com walmart.ca
target.com: target.com
alibaba: alibaba.com 1688.com
aliexpress: aliexpress.* s.click.aliexpress.com
taobao: taobao.com tmall.com
jd: jd.com
pinduoduo: pinduoduo.com yangkeduo.com
temu: temu.com
shein: shein.com
shopee: shopee.*
lazada: lazada.*
rakuten: rakuten.* rakuten.co.jp
mercadolibre, mercadolivre: mercadolibre.* mercadolivre.com.br
flipkart: flipkart.com
zalando: zalando.*
otto: otto.de
idealo: idealo.*
geizhals: geizhals.de geizhals.at geizhals.eu
billiger: billiger.de
check24: check24.de
kaufland: kaufland.de
bol: bol.com
cdiscount: cdiscount.com
fnac: fnac.com fnac.es
allegro: allegro.pl
ceneo: ceneo.pl
heureka: heureka.cz heureka.sk
zbozi: zbozi.cz
kelkoo: kelkoo.*
pricerunner: pricerunner.*
prisjakt, pricespy: prisjakt.nu pricespy.co.uk
shopzilla: shopzilla.com shopzilla.co.uk
bizrate: bizrate.com
pricegrabber: pricegrabber.com
nextag: nextag.com
shopping.com: shopping.com
shop app, shop.app: shop.app
shopify: apps.shopify.com
bestbuy, best buy: bestbuy.com
newegg: newegg.com
wayfair: wayfair.*
wish.com: wish.com
onbuy: onbuy.com
wildberries: wildberries.ru
ozon: ozon.ru
market.yandex: market.yandex.ru
trendyol: trendyol.com
hepsiburada: hepsiburada.com
coupang: coupang.com
gmarket: gmarket.co.kr
naver shopping: shopping.naver.com smartstore.naver.com
qoo10: qoo10.jp qoo10.com
mercari: mercari.com
vinted: vinted.*
depop: depop.com
poshmark: poshmark.com
stockx: stockx.com
`,
  video: `
youtube, yt: youtube.com youtu.be youtube-nocookie.com
vimeo: vimeo.com
wistia: wistia.com wistia.net
vidyard: vidyard.com
loom: loom.com
dailymotion: dailymotion.com dai.ly
twitch: twitch.tv
netflix: netflix.com
hulu: hulu.com
disneyplus, disney+: disneyplus.com
crackle: crackle.com
curiositystream: curiositystream.com
ted: ted.com
utreon: utreon.com playeur.com
veoh: veoh.com
viki: viki.com
iqiyi: iqiyi.com iq.com
youku: youku.com
bilibili: bilibili.com b23.tv
niconico: nicovideo.jp
rutube: rutube.ru
rumble: rumble.com
odysee: odysee.com
bitchute: bitchute.com
dtube: d.tube
peertube: joinpeertube.org
kick.com: kick.com
douyin: douyin.com
kuaishou: kuaishou.com
vevo: vevo.com
`,
  ai: `
chatgpt, openai: chatgpt.com chat.openai.com
perplexity: perplexity.ai
claude, anthropic: claude.ai
gemini: gemini.google.com bard.google.com
notebooklm: notebooklm.google.com
copilot, microsoft copilot: copilot.microsoft.com copilot.cloud.microsoft m365.cloud.microsoft
you.com: you.com
poe: poe.com
meta ai: meta.ai
mistral, le chat: chat.mistral.ai
grok: grok.com x.ai
deepseek: deepseek.com chat.deepseek.com
qwen: qwen.ai chat.qwen.ai tongyi.aliyun.com
kimi: kimi.com kimi.moonshot.cn
doubao: doubao.com
yuanbao: yuanbao.tencent.com
ernie: yiyan.baidu.com
z.ai: z.ai chatglm.cn
phind: phind.com
pi.ai: pi.ai
character.ai: character.ai
consensus.app: consensus.app
elicit: elicit.com
andi: andisearch.com
komo: komo.ai
iask: iask.ai
felo: felo.ai
genspark: genspark.ai
manus: manus.im
duck.ai: duck.ai
proton lumo: lumo.proton.me
brave leo: leo.brave.com
liner.com: getliner.com liner.com
monica.im: monica.im
`,
} as const

/** Hosts under a search engine's or a shop's domain that are neither. */
export const EXCLUDED_HOSTS: ReadonlySet<string> = new Set(
  'search.google.com aws.amazon.com sellercentral.amazon.com advertising.amazon.com'.split(' '),
)

/** Hosts under which strangers keep sites of their own: two of their sub-domains are not one site. */
export const PLATFORM_HOSTS: ReadonlySet<string> = new Set(
  (
    'myshopify.com github.io gitlab.io pages.dev workers.dev vercel.app netlify.app herokuapp.com ' +
    'fly.dev onrender.com web.app firebaseapp.com appspot.com blogspot.com wordpress.com tumblr.com ' +
    'wixsite.com webflow.io squarespace.com weebly.com shopware.store bigcartel.com framer.app ' +
    'framer.website notion.site carrd.co substack.com medium.com hubspotpagebuilder.com azurewebsites.net ' +
    'cloudfront.net amazonaws.com ngrok.io ngrok-free.app github.dev glitch.me replit.app lovable.app'
  ).split(' '),
)
