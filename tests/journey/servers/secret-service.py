#!/usr/bin/env python3
"""secret-service.py ADDRESS KEPT [WORD…]: a Secret Service that keeps its items in a file, and does what real ones do seldom or never. WORDS:

    locked       its one keyring is locked until a prompt is answered
    accept=S     a prompt is answered with yes after S seconds          dismiss  a prompt is put away
    mute         no prompt is ever answered
    no-default   there is no default keyring until somebody makes one
    lie=WHAT     search: an answer of another type; secret: what is no key; session: an answer of another type; crowd: 5,000 items; unlock: another type; store: it keeps another secret
    drop         hangs up at the first search
Source: Secret Service API draft 0.2; it speaks the session "plain" alone, as KeePassXC may be told to."""
import json
import os
import re
import sys

from gi.repository import Gio, GLib

SERVICE = """<node>
<interface name="org.freedesktop.Secret.Service">
  <method name="OpenSession"><arg type="s" direction="in"/><arg type="v" direction="in"/><arg type="v" direction="out"/><arg type="o" direction="out"/></method>
  <method name="CreateCollection"><arg type="a{sv}" direction="in"/><arg type="s" direction="in"/><arg type="o" direction="out"/><arg type="o" direction="out"/></method>
  <method name="SearchItems"><arg type="a{ss}" direction="in"/><arg type="ao" direction="out"/><arg type="ao" direction="out"/></method>
  <method name="Unlock"><arg type="ao" direction="in"/><arg type="ao" direction="out"/><arg type="o" direction="out"/></method>
  <method name="GetSecrets"><arg type="ao" direction="in"/><arg type="o" direction="in"/><arg type="a{o(oayays)}" direction="out"/></method>
  <method name="ReadAlias"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  <property name="Collections" type="ao" access="read"/>
</interface>
<interface name="org.freedesktop.Secret.Collection">
  <method name="CreateItem"><arg type="a{sv}" direction="in"/><arg type="(oayays)" direction="in"/><arg type="b" direction="in"/><arg type="o" direction="out"/><arg type="o" direction="out"/></method>
  <property name="Items" type="ao" access="read"/><property name="Label" type="s" access="readwrite"/><property name="Locked" type="b" access="read"/>
  <property name="Created" type="t" access="read"/><property name="Modified" type="t" access="read"/>
</interface>
<interface name="org.freedesktop.Secret.Item">
  <method name="Delete"><arg type="o" direction="out"/></method>
  <method name="GetSecret"><arg type="o" direction="in"/><arg type="(oayays)" direction="out"/></method>
  <property name="Locked" type="b" access="read"/><property name="Attributes" type="a{ss}" access="readwrite"/><property name="Label" type="s" access="readwrite"/>
  <property name="Type" type="s" access="read"/><property name="Created" type="t" access="read"/><property name="Modified" type="t" access="read"/>
</interface>
<interface name="org.freedesktop.Secret.Prompt">
  <method name="Prompt"><arg type="s" direction="in"/></method>
  <method name="Dismiss"/>
  <signal name="Completed"><arg type="b"/><arg type="v"/></signal>
</interface>
</node>"""
ROOT = "/org/freedesktop/secrets"
KEYRING = ROOT + "/collection/only"
LIES = {"search": "SearchItems", "session": "OpenSession", "unlock": "Unlock"} # methods that answer a string, and say of themselves that they do


def describe(lie):
    """The interfaces by name; GDBus holds our own answers to them, so a lie is described as it is told."""
    text = SERVICE
    if lie in LIES:
        start = text.index('<method name="%s">' % LIES[lie])
        end = text.index("</method>", start)
        text = text[:start] + re.sub(r'<arg type="[^"]*" direction="out"/>', "", text[start:end]) + '<arg type="s" direction="out"/>' + text[end:]
    return {info.name: info for info in Gio.DBusNodeInfo.new_for_xml(text).interfaces}


class Fake:
    def __init__(self, bus, kept, words):
        self.bus, self.kept = bus, kept
        self.words = dict(word.partition("=")[::2] for word in words)
        self.is_locked, self.has_default = "locked" in self.words, "no-default" not in self.words
        self.interfaces = describe(self.words.get("lie"))
        self.items, self.prompts, self.shown = {}, {}, 0
        self.publish(ROOT, "Service")
        self.publish(KEYRING, "Collection")
        self.publish(ROOT + "/aliases/default", "Collection")
        if os.path.exists(kept):
            with open(kept, encoding="utf-8") as file:
                for path, item in json.load(file).items():
                    self.add_item(path, item)

    # --- objects ---
    def publish(self, path, kind):
        self.bus.register_object(path, self.interfaces["org.freedesktop.Secret." + kind], self.called, self.asked_property, None)

    def add_item(self, path, item):
        self.items[path] = item
        self.publish(path, "Item")

    def keep(self):
        with open(self.kept, "w", encoding="utf-8") as file:
            json.dump(self.items, file)

    def make_prompt(self, value, then):
        self.shown += 1
        path = f"{ROOT}/prompt/p{self.shown}"
        self.prompts[path] = (value, then)
        self.publish(path, "Prompt")
        return path

    def complete(self, path, is_dismissed):
        value, then = self.prompts[path]
        if is_dismissed: # as GNOME's: nothing was unlocked, nothing made
            value = GLib.Variant("ao", []) if value.get_type_string() == "ao" else GLib.Variant("o", "/")
        else:
            then()
        self.bus.emit_signal(None, path, "org.freedesktop.Secret.Prompt", "Completed", GLib.Variant("(bv)", (is_dismissed, value)))
        return False

    def unlock(self):
        self.is_locked = False

    # --- properties ---
    def asked_property(self, _bus, _sender, path, _interface, name):
        item = self.items.get(path, {})
        return {"Collections": GLib.Variant("ao", [KEYRING]), "Items": GLib.Variant("ao", list(self.items)), "Label": GLib.Variant("s", item.get("label", "Only")),
                "Locked": GLib.Variant("b", self.is_locked), "Created": GLib.Variant("t", 1), "Modified": GLib.Variant("t", 1), "Type": GLib.Variant("s", ""),
                "Attributes": GLib.Variant("a{ss}", item.get("attributes", {}))}[name]

    # --- methods ---
    def called(self, _bus, _sender, path, _interface, method, parameters, invocation):
        try:
            answer = getattr(self, method)(path, *parameters.unpack())
        except KeyError as error:
            invocation.return_dbus_error("org.freedesktop.Secret.Error.NoSuchObject", str(error))
            return
        except ValueError as error:
            invocation.return_dbus_error(str(error), "said the fake")
            return
        invocation.return_value(answer)

    def lies(self, what):
        return self.words.get("lie") == what

    def OpenSession(self, _path, algorithm, _value):
        if self.lies("session"):
            return GLib.Variant("(s)", ("no session",))
        if algorithm != "plain":
            raise ValueError("org.freedesktop.DBus.Error.NotSupported")
        return GLib.Variant("(vo)", (GLib.Variant("s", ""), ROOT + "/session/s1"))

    def SearchItems(self, _path, attributes):
        if "drop" in self.words:
            self.bus.close_sync(None)
        if self.lies("search"):
            return GLib.Variant("(s)", ("none of these",))
        if self.lies("crowd"):
            return GLib.Variant("(aoao)", ([f"{KEYRING}/{i}" for i in range(5000)], []))
        found = [path for path, item in self.items.items() if attributes.items() <= item["attributes"].items()]
        return GLib.Variant("(aoao)", ([], found) if self.is_locked else (found, []))

    def Unlock(self, _path, paths):
        if self.lies("unlock"):
            return GLib.Variant("(s)", ("no",))
        if not self.is_locked:
            return GLib.Variant("(aoo)", (paths, "/"))
        return GLib.Variant("(aoo)", ([], self.make_prompt(GLib.Variant("ao", paths), self.unlock)))

    def ReadAlias(self, _path, _name):
        return GLib.Variant("(o)", (KEYRING if self.has_default else "/",))

    def CreateCollection(self, _path, _properties, _alias):
        def make():
            self.has_default = True
        return GLib.Variant("(oo)", ("/", self.make_prompt(GLib.Variant("o", KEYRING), make)))

    def secret_of(self, path):
        text = self.items[path]["secret"]
        if self.lies("secret"):
            text = "no key at all\n"
        return (ROOT + "/session/s1", b"", text.encode(), "text/plain")

    def GetSecrets(self, _path, paths, _session):
        return GLib.Variant("(a{o(oayays)})", ({path: self.secret_of(path) for path in paths if not self.is_locked},))

    def GetSecret(self, path, _session):
        return GLib.Variant("((oayays))", (self.secret_of(path),))

    def CreateItem(self, _path, properties, secret, _replace):
        if not self.has_default:
            raise KeyError("no such keyring")
        if self.is_locked:
            raise ValueError("org.freedesktop.Secret.Error.IsLocked")
        self.shown += 1
        path = f"{KEYRING}/i{os.getpid()}_{self.shown}"
        self.add_item(path, {"attributes": properties["org.freedesktop.Secret.Item.Attributes"], "label": properties["org.freedesktop.Secret.Item.Label"],
                             "secret": "f" * 64 if self.lies("store") else bytes(secret[2]).decode()})
        self.keep()
        return GLib.Variant("(oo)", (path, "/"))

    def Delete(self, path):
        del self.items[path]
        self.keep()
        return GLib.Variant("(o)", ("/",))

    def Prompt(self, path, _window):
        if "dismiss" in self.words:
            GLib.idle_add(self.complete, path, True)
        elif "accept" in self.words:
            GLib.timeout_add(int(1000 * float(self.words["accept"])), self.complete, path, False)
        return None

    def Dismiss(self, path):
        self.complete(path, True)


def main():
    address, kept, *words = sys.argv[1:]
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
    Fake(bus, kept, words)
    bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName", GLib.Variant("(su)", ("org.freedesktop.secrets", 4)), None,
                  Gio.DBusCallFlags.NONE, -1, None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
