#!/usr/bin/python3
"""services.py LOG FOLDER SERVICE…: a desktop's services on the session bus, for tests. Each call is a line in LOG.
SERVICE: portal, notifications, gnome, reader-VALUE (the screen readers' bus; VALUE: of ScreenReaderEnabled, as GVariant's text has it). The portal's file dialog chooses FOLDER/chosen.csv, and saves as FOLDER/saved.csv."""
import json
import sys

import gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

LOG, FOLDER, WANTED = sys.argv[1], sys.argv[2], sys.argv[3:]
XML = """<node>
<interface name="org.freedesktop.portal.FileChooser">
 <method name="OpenFile"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
 <method name="SaveFile"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
</interface>
<interface name="org.freedesktop.portal.OpenURI">
 <method name="OpenURI"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
</interface>
<interface name="org.freedesktop.portal.Inhibit">
 <method name="Inhibit"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
</interface>
<interface name="org.freedesktop.portal.Request"><method name="Close"/></interface>
<interface name="org.freedesktop.portal.Settings">
 <method name="ReadAll"><arg type="as" direction="in"/><arg type="a{sa{sv}}" direction="out"/></method>
 <signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
</interface>
<interface name="org.freedesktop.Notifications">
 <method name="GetCapabilities"><arg type="as" direction="out"/></method>
 <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
  <arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
 <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface>
<interface name="org.gnome.SessionManager">
 <method name="Inhibit"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="u" direction="out"/></method>
 <method name="Uninhibit"><arg type="u" direction="in"/></method>
</interface>
<interface name="org.a11y.Bus"><method name="GetAddress"><arg type="s" direction="out"/></method></interface>
<interface name="org.freedesktop.DBus.Properties">
 <method name="Get"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/></method>
</interface>
<interface name="org.postrider.Test">
 <method name="SetDark"><arg type="b" direction="in"/></method>
 <method name="Click"><arg type="u" direction="in"/></method>
</interface>
</node>"""
PLACES = {
    "portal": ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
               ["org.freedesktop.portal.FileChooser", "org.freedesktop.portal.OpenURI", "org.freedesktop.portal.Inhibit", "org.freedesktop.portal.Settings"]),
    "notifications": ("org.freedesktop.Notifications", "/org/freedesktop/Notifications", ["org.freedesktop.Notifications"]),
    "gnome": ("org.gnome.SessionManager", "/org/gnome/SessionManager", ["org.gnome.SessionManager"]),
    "reader": ("org.a11y.Bus", "/org/a11y/bus", ["org.a11y.Bus", "org.freedesktop.DBus.Properties"]),
    "test": ("org.postrider.Test", "/org/postrider/Test", ["org.postrider.Test"]),
}
node = Gio.DBusNodeInfo.new_for_xml(XML)
state = {"dark": False, "number": 0}
bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)


def note(*words):
    with open(LOG, "a") as log:
        log.write(json.dumps(words) + "\n")


def request_path(sender, options):
    return "/org/freedesktop/portal/desktop/request/%s/%s" % (sender[1:].replace(".", "_"), options.get("handle_token", "t"))


def respond(sender, path, results):
    bus.emit_signal(sender, path, "org.freedesktop.portal.Request", "Response", GLib.Variant("(ua{sv})", (0 if results else 1, results or {})))
    return False


def on_call(connection, sender, path, interface, method, arguments, invocation):
    given = arguments.unpack()
    note(method, *given)
    reply = None
    if method in ("OpenFile", "SaveFile", "OpenURI", "Inhibit") and interface.startswith("org.freedesktop.portal"):
        handle = request_path(sender, given[-1])
        reply = GLib.Variant("(o)", (handle,))
        if method == "Inhibit":
            connection.register_object(handle, node.lookup_interface("org.freedesktop.portal.Request"), on_call, None, None)
        else:
            name = "chosen.csv" if method == "OpenFile" else "saved.csv"
            GLib.timeout_add(50, respond, sender, handle, {"uris": GLib.Variant("as", ["file://%s/%s" % (FOLDER, name)])})
    elif method == "ReadAll":
        reply = GLib.Variant("(a{sa{sv}})", ({"org.freedesktop.appearance": {"color-scheme": GLib.Variant("u", 1 if state["dark"] else 0), "contrast": GLib.Variant("u", 1)},
                                              "org.gnome.desktop.interface": {"text-scaling-factor": GLib.Variant("d", 1.25), "clock-format": GLib.Variant("s", "12h"),
                                                                              "enable-animations": GLib.Variant("b", False)}},))
    elif method == "GetCapabilities":
        reply = GLib.Variant("(as)", (["body", "body-markup", "actions"],))
    elif method in ("Notify", "Inhibit"):
        state["number"] += 1
        reply = GLib.Variant("(u)", (given[1] or state["number"] if method == "Notify" else 77,))
    elif method == "GetAddress":
        reply = GLib.Variant("(s)", ("unix:path=%s/at-spi/bus,guid=01" % FOLDER,))
    elif method == "Get" and given == ("org.a11y.Status", "ScreenReaderEnabled"):
        reply = GLib.Variant("(v)", (GLib.Variant.parse(None, reader, None, None),))
    elif method == "SetDark":
        state["dark"] = given[0]
        bus.emit_signal(None, PLACES["portal"][1], "org.freedesktop.portal.Settings", "SettingChanged",
                        GLib.Variant("(ssv)", ("org.freedesktop.appearance", "color-scheme", GLib.Variant("u", 1))))
    elif method == "Click":
        bus.emit_signal(None, PLACES["notifications"][1], "org.freedesktop.Notifications", "ActionInvoked", GLib.Variant("(us)", (given[0], "default")))
    invocation.return_value(reply)


reader = next((service[len("reader-"):] for service in WANTED if service.startswith("reader-")), None)
for service in WANTED + ["test"]:
    service = service.split("-")[0]
    name, where, interfaces = PLACES[service]
    for interface in interfaces:
        bus.register_object(where, node.lookup_interface(interface), on_call, None, None)
    Gio.bus_own_name_on_connection(bus, name, Gio.BusNameOwnerFlags.NONE, None, None)
note("ready")
GLib.MainLoop().run()
