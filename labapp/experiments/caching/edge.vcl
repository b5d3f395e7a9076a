vcl 4.1;

# The edge in front of Pinsta. The application decides, with Surrogate-Control:
#   max-age=2                          keep this answer for two seconds, for everybody
#   max-age=2, stale-while-revalidate=5   and for five more give the old one while a new one is fetched
#   content="ESI/1.0"                  fill its <esi:include src="..."/>
# What was made from a cookie (Vary: Cookie, Set-Cookie) is never kept, whatever Surrogate-Control says.

import std;

backend origin {
    .host = "127.0.0.1";
    .port = "@PORT@";
}

acl ourselves {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    unset req.http.X-Edge;
    if (req.method == "PURGE" || req.method == "BAN") {
        if (client.ip !~ ourselves) {
            return (synth(403, "Only this machine may do that."));
        }
        if (req.method == "PURGE") {
            return (purge);
        }
        if (!req.http.X-Ban) {
            return (synth(400, "BAN needs a header X-Ban, a regular expression on the address."));
        }
        if (std.ban("obj.http.X-Url ~ " + req.http.X-Ban)) {
            return (synth(200, "Banned."));
        }
        return (synth(400, std.ban_error()));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.esi_level >= 5) {
        return (synth(508, "Fragments include one another."));
    }
    if (req.url ~ "^[^?]*/shared/") {
        unset req.http.Cookie;  # what is for everybody is made without knowing who asks
    }
    set req.http.Surrogate-Capability = "edge=ESI/1.0";
    return (hash);
}

sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_hit {
    set req.http.X-Edge = "HIT";
    if (obj.ttl <= 0s) {
        set req.http.X-Edge = "STALE";
    }
    return (deliver);
}

sub vcl_backend_response {
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    if (beresp.http.Surrogate-Control ~ "ESI/1\.0") {
        set beresp.do_esi = true;
    }
    if (beresp.status == 200 && beresp.http.Surrogate-Control ~ "max-age=[0-9]"
            && beresp.http.Vary !~ "(?i)cookie" && !beresp.http.Set-Cookie) {
        set beresp.ttl = std.duration(
            regsub(beresp.http.Surrogate-Control, ".*max-age=([0-9.]+).*", "\1") + "s", 0s);
        if (beresp.http.Surrogate-Control ~ "stale-while-revalidate=[0-9]") {
            set beresp.grace = std.duration(
                regsub(beresp.http.Surrogate-Control, ".*stale-while-revalidate=([0-9.]+).*", "\1") + "s", 0s);
        }
        set beresp.http.X-Url = bereq.url;
        return (deliver);
    }
    # Not to be kept; for two minutes those who ask for it at once do not wait for one another.
    set beresp.ttl = 120s;
    set beresp.uncacheable = true;
    return (deliver);
}

sub vcl_deliver {
    if (req.esi_level > 0 && resp.status != 200) {
        return (synth(resp.status));
    }
    if (req.http.X-Edge) {
        set resp.http.X-Edge = req.http.X-Edge;
        unset resp.http.Server-Timing;  # it tells of the request that filled the cache
    } else {
        set resp.http.X-Edge = "MISS";
    }
    unset resp.http.Surrogate-Control;
    unset resp.http.X-Url;
    unset resp.http.Via;
    unset resp.http.X-Varnish;
    return (deliver);
}

sub vcl_backend_error {
    set beresp.ttl = 0s;
    set beresp.grace = 0s;
    set beresp.uncacheable = true;
    set beresp.http.Content-Type = "text/html; charset=utf-8";
    synthetic("<p>The application does not answer.</p>");
    return (deliver);
}

sub vcl_synth {
    set resp.http.Content-Type = "text/html; charset=utf-8";
    if (req.esi_level > 0) {
        synthetic({"<p class="quiet">This part of the page cannot be had at the moment.</p>"});
    } else {
        synthetic("<p>" + resp.reason + "</p>");
    }
    return (deliver);
}
